package spec

import (
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"go.yaml.in/yaml/v4"
)

// list is a list of items. If same is not nil, no item may be repeated; same
// returns what makes two items equal.
func list[V any](want string, item kind[V], same func(V) String) kind[[]V] {
	read := func(v value) []V {
		switch {
		case v.node.Kind == yaml.SequenceNode:
			return items(v, item, same)
		case v.node.Kind == yaml.ScalarNode && v.tag() != "!!null":
			v.wrong("write "+flow([]string{v.node.Value}), "wanted %s, found %s", want, v.found())
		default:
			v.mismatch(want)
		}
		return nil
	}
	var sub []Entry
	for _, e := range item.sub {
		e.Key = "[]" + e.Key
		sub = append(sub, e)
	}
	shape := listShape(item.shape)
	if same != nil {
		shape = setShape(item.shape)
	}
	return kind[[]V]{want: want, shape: shape, read: read, sub: sub}
}

func items[V any](v value, item kind[V], same func(V) String) []V {
	if len(v.node.Content) == 0 {
		v.wrong("remove the key or write an item", "an empty list")
	}
	var all []V
	seen := map[string]diag.Range{}
	for _, node := range v.node.Content {
		one := item.read(v.item(node))
		all = append(all, one)
		if same == nil || !same(one).IsSet() {
			continue
		}
		name := same(one)
		if first, found := seen[name.Value]; found {
			v.duplicate(name, first)
			continue
		}
		seen[name.Value] = name.At
	}
	return all
}

func itself(s String) String { return s }

// textOrList is a text, or a list of texts without repeats.
func textOrList(one, more string, accept rule) kind[[]String] {
	alone, item := text(more, accept), text(one, accept)
	shape := either(item.shape, setShape(item.shape))
	return kind[[]String]{want: more, shape: shape, read: func(v value) []String {
		if v.node.Kind == yaml.SequenceNode {
			return items(v, item, itself)
		}
		return []String{alone.read(v)}
	}}
}

// words is a list of words, or a string of words separated by commas, as for
// the go command.
func words(one, more string, accept rule) kind[[]String] {
	item := text(one, accept)
	joined := scalar(more, textShape, func(v value, s String) []String {
		var all []String
		for word := range strings.SplitSeq(s.Value, ",") {
			all = append(all, String{Value: word, At: s.At})
			v.validate(all[len(all)-1], accept)
		}
		return all
	})
	shape := either(joined.shape, setShape(item.shape))
	return kind[[]String]{want: more, shape: shape, read: func(v value) []String {
		if v.node.Kind == yaml.SequenceNode {
			return items(v, item, itself)
		}
		return joined.read(v)
	}}
}
