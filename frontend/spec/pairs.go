package spec

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// pairs is a mapping of names to text, or a list of NAME=value.
func pairs(accept rule) kind[[]Pair] {
	const want = "a mapping of names to text, or a list of NAME=value"
	shape := either(
		shape{"type": "object", "additionalProperties": literalShape},
		setShape(shape{"type": "string", "pattern": "="}),
	)
	return kind[[]Pair]{want: want, shape: shape, merge: mergePairs, read: func(v value) []Pair {
		switch v.node.Kind {
		case yaml.MappingNode:
			return v.mapped(accept)
		case yaml.SequenceNode:
			return items(v, nameValue(accept), func(p Pair) String { return p.Key })
		}
		v.mismatch(want)
		return nil
	}}
}

// mergePairs adds a mapping to an inherited one. If both have a key, the
// image's own value is used.
func mergePairs(inherited, own []Pair) []Pair {
	all := slices.Clone(inherited)
	for _, p := range own {
		same := func(q Pair) bool { return q.Key.Value == p.Key.Value }
		if i := slices.IndexFunc(all, same); i >= 0 {
			all[i] = p
			continue
		}
		all = append(all, p)
	}
	return all
}

func (v value) mapped(accept rule) []Pair {
	var all []Pair
	v.each(func(key String, val value) {
		v.validate(key, accept)
		if val.tag() == "!!null" {
			val.report(key.At, `write "" for an empty one, or remove the key`, "%s has no value", quote(key.Value))
			return
		}
		if s, ok := val.text("text", true); ok && val.visible(s, true) {
			all = append(all, Pair{Key: key, Value: s})
		}
	})
	return all
}

// nameValue is an item NAME=value.
func nameValue(accept rule) kind[Pair] {
	named := scalar("NAME=value", textShape, func(v value, s String) Pair {
		name, val, found := strings.Cut(s.Value, "=")
		if !found {
			v.wrong("", "wanted NAME=value, found %s", v.found())
			return Pair{}
		}
		pair := Pair{Key: String{Value: name, At: s.At}, Value: String{Value: val, At: s.At}}
		v.validate(pair.Key, accept)
		v.visible(pair.Value, true)
		return pair
	})
	read := named.read
	named.read = func(v value) Pair {
		if v.node.Kind == yaml.MappingNode {
			v.wrong(pairHint(v.node), "wanted NAME=value, found a mapping")
			return Pair{}
		}
		return read(v)
	}
	return named
}

// pairHint is the hint for a mapping as an item: {name: NAME, value: text}, as
// in Kubernetes, or another one.
func pairHint(n *yaml.Node) string {
	if len(n.Content) != 4 || n.Content[0].Value != "name" || n.Content[2].Value != "value" {
		return "write a mapping without the dashes"
	}
	return "write the item " + cut(n.Content[1].Value+"="+n.Content[3].Value)
}
