package spec

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// field is a key of the block T: its name, its meaning, and how its value is
// read into a T.
type field[T any] struct {
	name    string
	meaning string   // one or two sentences in Markdown
	keys    []string // those of a block
	entries []Entry  // its rows of the reference, their keys relative to T
	shape   shape
	read    func(value, *T)
}

// leaf is a key with a value of the kind k.
func leaf[T, V any](name string, k kind[V], in func(*T) *V, without, meaning string) field[T] {
	entries := []Entry{{Key: name, Type: k.want, Default: without, Meaning: meaning}}
	for _, e := range k.sub {
		e.Key = name + e.Key
		entries = append(entries, e)
	}
	read := func(v value, into *T) {
		own := k.read(v)
		if k.merge != nil {
			own = k.merge(*in(into), own)
		}
		*in(into) = own
	}
	shape := k.shape.and(shape{"description": meaning + "\n\nDefault: " + without + "."})
	return field[T]{name: name, meaning: meaning, entries: entries, shape: shape, read: read}
}

// block is a key with keys of its own.
func block[T, B any](name string, fields []field[B], in func(*T) *B, meaning string) field[T] {
	var entries []Entry
	for _, e := range below(".", fields) {
		e.Key = name + e.Key
		entries = append(entries, e)
	}
	read := func(v value, into *T) {
		if v.node.Kind != yaml.MappingNode {
			v.mismatch("a mapping of its keys")
			return
		}
		readFields(v, fields, in(into))
	}
	shape := mapping(fields).and(shape{"description": meaning})
	return field[T]{name: name, meaning: meaning, keys: names(fields), entries: entries, shape: shape, read: read}
}

// below returns the rows of all fields, with a prefix to their keys.
func below[T any](prefix string, fields []field[T]) []Entry {
	var entries []Entry
	for _, f := range fields {
		for _, e := range f.entries {
			e.Key = prefix + e.Key
			entries = append(entries, e)
		}
	}
	return entries
}

// readFields reads the mapping v into a T.
func readFields[T any](v value, fields []field[T], into *T) {
	v.each(func(key String, val value) {
		i := slices.IndexFunc(fields, func(f field[T]) bool { return f.name == key.Value })
		if i < 0 {
			v.unknown(key, names(fields))
			return
		}
		val.path = strings.TrimPrefix(v.path+"."+key.Value, ".")
		fields[i].read(val, into)
	})
}

func names[T any](fields []field[T]) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.name)
	}
	return all
}
