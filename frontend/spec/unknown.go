package spec

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/util/suggest"
)

// unknown reports a key that this block does not have.
func (v value) unknown(key String, known []string) {
	v.report(key.At, v.unknownHint(key.Value, known), "unknown key %s", quote(key.Value))
}

func (v value) unknownHint(key string, known []string) string {
	if v.p.full() {
		return "" // further errors are only counted
	}
	if hint := v.foreignHint(key); hint != "" {
		return hint
	}
	if hint := v.p.otherBlockHint(key); hint != "" {
		return hint
	}
	if v.path != "" && v.p.isTopLevel(key) {
		return "write " + key + " at the top level"
	}
	if near := nearest(key, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "known here: " + strings.Join(known, ", ")
}

// otherBlockHint is the hint for a key that other blocks have, or that is
// written with its block: "tags", "build.tags".
func (p *parser) otherBlockHint(key string) string {
	name := key[strings.LastIndex(key, ".")+1:]
	var blocks []string
	for _, e := range p.known {
		if strings.HasSuffix("."+e.Key, "."+key) && e.Key != name && !strings.Contains(e.Key, "*") {
			block := strings.TrimSuffix(e.Key, "."+name)
			blocks = append(blocks, strings.TrimSuffix(block, "[]"))
		}
	}
	if len(blocks) == 0 {
		return ""
	}
	return "write " + name + " below " + strings.Join(blocks, " or ")
}

// isTopLevel reports whether a key belongs to the top level of a file.
func (p *parser) isTopLevel(key string) bool {
	return slices.ContainsFunc(p.known, func(e Entry) bool { return e.Key == key || strings.HasPrefix(e.Key, key+".") })
}

// nearest returns the word that was probably meant, or "". The search allows
// two different letters, which makes all short words alike. So either the first
// or the last letter must be the same.
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
