package spec

import (
	"github.com/moby/buildkit/util/suggest"
	"go.yaml.in/yaml/v4"
)

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
		case v.node.Kind == yaml.SequenceNode:
			v.wrong(`write {test: ["/server", "-check"]}`, "wanted a mapping with test, or none, found %s", v.found())
		default:
			v.mismatch("a mapping with test, or none")
		}
		return h
	},
}

// cgo is a boolean, or the word static.
var cgo = kind[Cgo]{
	want:  "true, false, or static",
	shape: either(boolean.shape, enum("static")),
	read: func(v value) Cgo {
		switch {
		case v.node.Kind != yaml.ScalarNode || v.tag() == "!!null":
			v.mismatch("true, false, or static")
		case v.node.Value == "static":
			return Cgo{Bool: Bool{Value: true, At: v.at()}, Static: true}
		case v.tag() != "!!bool":
			v.wrong(cgoHint(v.node.Value), "wanted true, false, or static, found %s", v.found())
		default:
			return Cgo{Bool: boolean.read(v)}
		}
		return Cgo{}
	},
}

// cgoHint is the hint for a word that is not one of the key's.
func cgoHint(word string) string {
	if near, ok := suggest.Search(word, []string{"static"}, true); ok {
		return "did you mean " + near + "?"
	}
	return boolHint(word)
}

// cover is a boolean, or a list of packages.
var cover = kind[Cover]{
	want:  "true, false, or a list of packages",
	shape: either(boolean.shape, setShape(textShape)),
	read: func(v value) Cover {
		if v.node.Kind != yaml.SequenceNode {
			return Cover{On: boolean.read(v)}
		}
		c := Cover{Packages: items(v, text("a package", coverPattern), itself)}
		c.On = Bool{Value: true, At: v.at()}
		return c
	},
}
