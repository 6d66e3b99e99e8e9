package spec

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/util/suggest"
	"go.yaml.in/yaml/v4"
)

// field is a key of the block T: what it is called, what it means, and how
// its value gets into a T.
type field[T any] struct {
	name    string
	meaning string   // one or two sentences in Markdown
	keys    []string // those of a block
	entries []Entry  // its rows of the reference, their keys relative to T
	shape   shape
	read    func(value, *T)
}

// kind is a way to write a V.
type kind[V any] struct {
	want  string // as errors name it: "a list of strings"
	shape shape
	read  func(value) V
	over  func(inherited, own V) V // what an image has of both; nil where its own takes the place of the other
	sub   []Entry                  // keys inside it; they begin with "." or "[]."
}

// leaf is a key that holds a value of the kind k.
func leaf[T, V any](name string, k kind[V], in func(*T) *V, without, meaning string) field[T] {
	entries := []Entry{{Key: name, Type: k.want, Default: without, Meaning: meaning}}
	for _, e := range k.sub {
		e.Key = name + e.Key
		entries = append(entries, e)
	}
	read := func(v value, into *T) {
		own := k.read(v)
		if k.over != nil {
			own = k.over(*in(into), own)
		}
		*in(into) = own
	}
	shape := k.shape.and(shape{"description": meaning + "\n\nDefault: " + without + "."})
	return field[T]{name: name, meaning: meaning, entries: entries, shape: shape, read: read}
}

// block is a key that holds keys of its own.
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

// below lists the rows of all fields, with a prefix to their keys.
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

// unknown reports a key that this block does not have.
func (v value) unknown(key String, known []string) {
	v.report(key.At, v.unknownHint(key.Value, known), "unknown key %s", quote(key.Value))
}

func (v value) unknownHint(key string, known []string) string {
	if v.p.full() {
		return "" // only counted from here on
	}
	if hint := v.translated(key); hint != "" {
		return hint
	}
	if hint := v.p.elsewhere(key); hint != "" {
		return hint
	}
	if v.path != "" && v.p.onTop(key) {
		return "write " + key + " at the top level"
	}
	if near := nearest(key, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "known here: " + strings.Join(known, ", ")
}

// elsewhere is the hint for a key that other blocks have, or that was
// written with its block: "tags", "build.tags".
func (p *parser) elsewhere(key string) string {
	name := key[strings.LastIndex(key, ".")+1:]
	var blocks []string
	for _, e := range p.known {
		if strings.HasSuffix("."+e.Key, "."+key) && e.Key != name {
			block := strings.TrimSuffix(e.Key, "."+name)
			blocks = append(blocks, strings.TrimSuffix(block, "[]"))
		}
	}
	if len(blocks) == 0 {
		return ""
	}
	return "write " + name + " below " + strings.Join(blocks, " or ")
}

// onTop reports whether a key stands at the top level of a file.
func (p *parser) onTop(key string) bool {
	return slices.ContainsFunc(p.known, func(e Entry) bool { return e.Key == key || strings.HasPrefix(e.Key, key+".") })
}

// nearest is the word that was probably meant, or "". The search allows two
// letters of difference, by which short words are all alike: what begins and
// ends differently is not a slip of the fingers.
func nearest(word string, words []string) string {
	const shortest, longest = 3, 64
	if len(word) < shortest || len(word) > longest {
		return ""
	}
	near, found := suggest.Search(word, words, true)
	if !found || near[0] != word[0] && near[len(near)-1] != word[len(word)-1] {
		return ""
	}
	return near
}
