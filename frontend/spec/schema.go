package spec

import (
	"encoding/json"
	"maps"
	"regexp"
)

// shape is a part of a JSON Schema: the values that a key accepts, as far as a
// schema can express it. Parse rejects everything that the schema rejects, and
// more.
type shape map[string]any

// Schema returns the JSON Schema (draft 2020-12) of a spec, with which editors
// complete and validate. It comes from the tables that Parse uses.
func Schema() []byte {
	top := mapping(specFields)
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["$id"] = "urn:gohull:spec:1"
	top["title"] = "gohull spec"
	top["type"] = []string{"object", "null"} // an empty file is a spec
	data, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		panic(err) // shapes are only strings, numbers, lists and maps
	}
	return append(data, '\n')
}

// and returns s with what other shapes add. The keys of a lock have no shape:
// there is no schema of a lock.
func (s shape) and(others ...shape) shape {
	all := shape{}
	maps.Copy(all, s)
	for _, o := range others {
		maps.Copy(all, o)
	}
	return all
}

// mapping is a block of keys, with no others.
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

// The scalars. For YAML, 1.26 is a number and true is a boolean, but people mean
// text.
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

// suggestions are words that an editor offers; other values are valid too.
func suggestions(words ...string) shape { return shape{"examples": words} }

func matching(form *regexp.Regexp) shape { return shape{"pattern": form.String()} }

func integer(least, most int) shape {
	return shape{"type": "integer", "minimum": least, "maximum": most}
}
