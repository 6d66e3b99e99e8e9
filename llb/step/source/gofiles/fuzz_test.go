package gofiles

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// FuzzDirectives: a line gives a command or nothing, and words that were
// written are found again.
func FuzzDirectives(f *testing.F) {
	f.Add("package p\n\n//go:generate go tool stringer -type=A\n", "a b")
	f.Add("//go:generate -command x go run ./gen\n//go:generate x\t\"a\\tb\"", "")
	f.Add("//go:generate \"", "\x00")
	f.Fuzz(func(t *testing.T, src, word string) {
		for _, d := range Directives([]byte(src)) {
			if len(d.Words) == 0 || d.Line < 1 || d.Line > strings.Count(src, "\n")+1 {
				t.Errorf("%+v", d)
			}
			d.Tool()
			d.Run()
		}
		line := "//go:generate go " + strconv.Quote(word) + "\n"
		want := []string{"go", word}
		if got := Directives([]byte(line)); len(got) != 1 || !slices.Equal(got[0].Words, want) {
			t.Errorf("%q gives %+v", line, got)
		}
	})
}

// FuzzIncluded: files that include each other end, each once.
func FuzzIncluded(f *testing.F) {
	f.Add("#include \"b.h\"\n", "#include \"a.s\"\n")
	f.Add("#include \"../go.mod\"\n # include `b.h`", "#include \"\\x00\"\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		files := map[string][]byte{"a.s": []byte(a), "b.h": []byte(b)}
		all, err := Included([]string{"a.s"}, func(name string) ([]byte, error) { return files[name], nil })
		slices.Sort(all)
		if err != nil || len(slices.Compact(slices.Clone(all))) != len(all) || len(all) > len(files) {
			t.Errorf("%q, %v", all, err)
		}
	})
}
