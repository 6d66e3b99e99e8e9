package spec

import (
	"encoding/json"
	"maps"
	"regexp"
)

// shape is a part of a JSON Schema: the values that a key takes, as far as a
// schema can say it. Parse refuses all that the schema does, and more.
type shape map[string]any

// Schema is the JSON Schema (draft 2020-12) of a spec, for editors to complete
// and check by. It comes from the tables that Parse reads by.
func Schema() []byte {
	top := mapping(specFields)
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "gohull spec"
	top["type"] = []string{"object", "null"} // an empty file is a spec
	data, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		panic(err) // shapes hold nothing but strings, numbers, lists and maps
	}
	return append(data, '\n')
}

// and is s with what other shapes say beside it. A key that no schema is made
// of has no shape.
func (s shape) and(others ...shape) shape {
	all := shape{}
	maps.Copy(all, s)
	for _, o := range others {
		maps.Copy(all, o)
	}
	return all
}

// mapping is a block of keys, none of which may be unknown.
func mapping[T any](fields []field[T], required ...string) shape {
	properties := map[string]any{}
	for _, f := range fields {
		properties[f.name] = f.shape
	}
	s := shape{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// The scalars. YAML takes 1.26 for a number, and true for a boolean, where
// people write text.
var (
	textShape    = shape{"type": []string{"string", "number"}}
	literalShape = shape{"type": []string{"string", "number", "boolean"}}
)

func listShape(items shape) shape {
	return shape{"type": "array", "items": items, "minItems": 1}
}

func setShape(items shape) shape {
	return listShape(items).and(shape{"uniqueItems": true})
}

func either(shapes ...shape) shape { return shape{"anyOf": shapes} }

func enum(words ...string) shape { return shape{"enum": words} }

// among are words that an editor offers; others may be written, too.
func among(words ...string) shape { return shape{"examples": words} }

func matching(form *regexp.Regexp) shape { return shape{"pattern": form.String()} }

func whole(least, most int) shape {
	return shape{"type": "integer", "minimum": least, "maximum": most}
}
