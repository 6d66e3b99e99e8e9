package spec

import (
	"path"
	"slices"
	"strings"

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

func (g Generator) isPatterns() bool {
	return len(g.Packages) > 0 && g.Runs() && len(g.Files)+len(g.Run) == 0
}

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
	want: "a mapping of packages, of a command, or of files of a stage",
	shape: mapping(generatorFields).and(either(
		shape{"propertyNames": enum("packages", "files")},
		shape{"required": []string{"run"}, "propertyNames": enum("run", "dir", "files")},
		shape{"required": ofStage, "propertyNames": enum(ofStage...)},
	)),
	read: func(v value) Generator {
		g := Generator{At: v.at()}
		readFields(v, generatorFields, &g)
		switch {
		case v.has("stage") || v.has("from") || v.has("to"):
			v.requireKeys("write {stage: ui, from: /app/dist, to: web/dist}", ofStage...)
			v.onlyOfStage()
		case v.has("run") && v.has("packages"):
			v.wrong("write two entries of a list", "packages and run exclude each other")
		case v.has("dir") && !v.has("run"):
			v.report(g.Dir.At, "remove it: the lines of packages run in the directories of their files", "dir needs run")
		}
		return g
	},
}

// ofStage are the keys of an entry that puts files of a stage over the source.
var ofStage = []string{"stage", "from", "to"}

// Runs reports whether the entry runs something.
func (g Generator) Runs() bool { return !g.Stage.IsSet() }

// onlyOfStage reports keys that an entry with files of a stage does not have.
func (v value) onlyOfStage() {
	for i := 0; i < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		if name := key.Value; !slices.Contains(ofStage, name) && slices.Contains(names(generatorFields), name) {
			v.report(v.p.file.at(key), "write two entries of a list", "stage and %s exclude each other", name)
		}
	}
}

// overlayPlace is a directory or file of the context that files of a stage replace.
func overlayPlace(s string) *objection {
	if o := inContext(s); o != nil {
		return o
	}
	switch {
	case path.Clean(s) == ".":
		return object("write a directory of it, such as web/dist", "the whole build context cannot be replaced")
	case strings.Contains(s, ":"):
		return object("name its directory", "a colon in the path %s", quote(s))
	}
	return nil
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
