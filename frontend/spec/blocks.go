package spec

import (
	"path"

	"go.yaml.in/yaml/v4"
)

const fileExample = "write {from: migrations, to: /migrations}"

var file = kind[File]{
	want:  "a mapping with to",
	shape: mapping(fileFields, "to"),
	sub:   below(".", fileFields),
	read: func(v value) File {
		if v.node.Kind != yaml.MappingNode {
			v.wrong(fileExample, "wanted a mapping with to, found %s", v.found())
			return File{}
		}
		f := File{At: v.at()}
		readFields(v, fileFields, &f)
		v.requireKeys(fileExample, "to")
		if !v.has("from") && f.To.IsSet() && path.Clean(f.To.Value) == "/" {
			v.report(f.To.At, "write a path below it, or a directory to copy: from: rootfs", "every image has the directory /")
		}
		if v.has("from") && len(f.Mode.Value) == 4 && f.Mode.Value[0] != '0' {
			v.report(f.Mode.At, "write three digits; an empty directory may have four", "%s: what is copied cannot have the bits setuid, setgid and sticky, which older daemons drop", quote(f.Mode.Value))
		}
		return f
	},
}

// requireKeys reports keys that a mapping does not have. A key without a value
// counts.
func (v value) requireKeys(hint string, keys ...string) {
	for _, key := range keys {
		if !v.has(key) {
			v.wrong(hint, "the key %s is missing", key)
		}
	}
}

func (v value) has(key string) bool {
	for i := 0; i < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			return true
		}
	}
	return false
}

func sameTarget(f File) String { return f.To }

var healthcheck = kind[*Healthcheck]{
	want:  "a mapping with test, or none",
	shape: either(mapping(healthFields, "test"), shape{"const": "none"}),
	sub:   below(".", healthFields),
	read: func(v value) *Healthcheck {
		h := &Healthcheck{At: v.at()}
		switch {
		case v.node.Kind == yaml.MappingNode:
			readFields(v, healthFields, h)
			v.requireKeys(`write test: ["/server", "-check"]`, "test")
		case v.node.Kind == yaml.ScalarNode && v.node.Value == "none":
			h.Disable = true
		default:
			v.mismatch("a mapping with test, or none")
		}
		return h
	},
}

// generate is a list of packages, or a mapping.
var generate = kind[*Generate]{
	want:  "a list of packages, or a mapping of packages and files",
	shape: either(setShape(textShape), mapping(generateFields)),
	sub:   below(".", generateFields),
	read: func(v value) *Generate {
		g := &Generate{At: v.at()}
		switch v.node.Kind {
		case yaml.SequenceNode:
			g.Packages = items(v, text("a package", testPackage), itself)
		case yaml.MappingNode:
			readFields(v, generateFields, g)
		default:
			v.mismatch("a list of packages, or a mapping of packages and files")
		}
		return g
	},
}
