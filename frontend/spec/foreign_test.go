package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestForeignKeys finds hints that lead to a key that does not exist, and keys
// that would be found by no spelling.
func TestForeignKeys(t *testing.T) {
	for word, meant := range foreign {
		if word != plainKey.Replace(strings.ToLower(word)) {
			t.Errorf("%s is not found: write it in small letters, without - and _", word)
		}
		known := func(e Entry) bool { return e.Key == meant || strings.HasPrefix(e.Key, meant+".") }
		if !strings.Contains(meant, " ") && !slices.ContainsFunc(Reference(), known) {
			t.Errorf("%s means %s, which is not a key", word, meant)
		}
	}
}

// closed matches what Parse says of a value that is not one of a few words.
var closed = regexp.MustCompile(`(\S+): wanted (\S.*), found "zzz"`)

// TestClosedSetsAreEnums writes a word that nobody knows as the value of every
// key. Where Parse lists the words that it would take, the schema has them.
func TestClosedSetsAreEnums(t *testing.T) {
	sets := 0
	for _, e := range Reference() {
		for _, value := range []string{"zzz", "[zzz]", "[[zzz]]"} {
			_, err := Parse("gohull.yaml", []byte(nested(e.Key, value)))
			if err == nil {
				continue
			}
			for _, m := range closed.FindAllStringSubmatch(err.Error(), -1) {
				words := strings.Split(strings.ReplaceAll(m[2], " or ", ", "), ", ")
				if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, " ") }) {
					continue // a kind of value and not a word
				}
				sets++
				if got := enumOf(t, e.Key); !slices.Equal(got, words) {
					t.Errorf("%s: the schema has the words %q, Parse wants %q", e.Key, got, words)
				}
			}
		}
	}
	if sets < 3 {
		t.Errorf("%d closed sets, want checks, modules.mode and cache at least", sets)
	}
}

// nested writes a value below a key with its blocks: "run.files[].to".
func nested(key, value string) string {
	for _, name := range slices.Backward(strings.Split(key, ".")) {
		if inList, ok := strings.CutSuffix(name, "[]"); ok {
			name, value = inList, "["+value+"]"
		}
		value = fmt.Sprintf("{%s: %s}", name, value)
	}
	return value
}

// enumOf are the words that the schema has for a key, or for the items of its
// list.
func enumOf(t *testing.T, key string) []string {
	t.Helper()
	s := mapping(specFields)
	for _, name := range strings.Split(key, ".") {
		s = s["properties"].(map[string]any)[name].(shape)
	}
	if items, ok := s["items"].(shape); ok {
		s = items
	}
	words, _ := s["enum"].([]string)
	return words
}
