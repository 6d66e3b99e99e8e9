package spec

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// generators is one entry, or a list of entries.
var generators = kind[[]Generator]{
	want:  "a list of packages and commands",
	shape: either(generator.shape, setShape(either(textShape, generator.shape))),
	sub:   below("[].", generatorFields),
	read: func(v value) []Generator {
		switch v.node.Kind {
		case yaml.SequenceNode:
			return joined(items(v, patternOrGenerator, onlyPattern))
		case yaml.MappingNode:
			return []Generator{generator.read(v)}
		}
		v.mismatch("a list of packages and commands, or a mapping of one")
		return nil
	},
}

// patternOrGenerator is an item of the list.
var patternOrGenerator = kind[Generator]{
	read: func(v value) Generator {
		switch v.node.Kind {
		case yaml.MappingNode:
			return generator.read(v)
		case yaml.SequenceNode:
			v.wrong("write {run: […]} for a command", "wanted a package or a mapping, found a list")
			return Generator{}
		}
		return Generator{Packages: []String{text("a package or a mapping", testPackage).read(v)}, At: v.at()}
	},
}

// onlyPattern returns the pattern of an item that is nothing else.
func onlyPattern(g Generator) String {
	if g.isPatterns() && len(g.Packages) == 1 {
		return g.Packages[0]
	}
	return String{}
}

func (g Generator) isPatterns() bool { return len(g.Packages) > 0 && len(g.Files)+len(g.Run) == 0 }

// joined makes patterns that follow one another one entry: the go command runs the
// lines of all of them at once.
func joined(all []Generator) []Generator {
	var out []Generator
	for _, g := range all {
		if n := len(out); n > 0 && g.isPatterns() && out[n-1].isPatterns() {
			out[n-1].Packages = slices.Concat(out[n-1].Packages, g.Packages)
			out[n-1].At.End = g.At.End
			continue
		}
		out = append(out, g)
	}
	return out
}

const commandExample = "write {run: [go, tool, templ, generate]}"

var generator = kind[Generator]{
	want:  "a mapping of packages, or of a command",
	shape: mapping(generatorFields).and(either(shape{"propertyNames": enum("packages", "files")}, shape{"required": []string{"run"}, "propertyNames": enum("run", "dir", "files")})),
	read: func(v value) Generator {
		g := Generator{At: v.at()}
		readFields(v, generatorFields, &g)
		switch {
		case v.has("run") && v.has("packages"):
			v.wrong("write two entries of a list", "packages and run exclude each other")
		case v.has("dir") && !v.has("run"):
			v.report(g.Dir.At, "remove it: the lines of packages run in the directories of their files", "dir needs run")
		}
		return g
	},
}

// programAndArguments is a command line that is not empty.
var programAndArguments = kind[[]String]{
	want:  argv.want,
	shape: argv.shape,
	read: func(v value) []String {
		if v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
			v.wrong(commandExample, "an empty list")
			return nil
		}
		return argv.read(v)
	},
}
