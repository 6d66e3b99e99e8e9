package spec_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/golden"
)

// TestParse reads every spec in testdata. Each file holds specs, and below
// each one either what it means ("want") or what Parse says about it
// ("errors").
func TestParse(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		var got []txtar.File
		for _, f := range ar.Files {
			if f.Name != "want" && f.Name != "errors" {
				got = append(got, f, answer(f))
			}
		}
		ar.Files = got
	})
}

// answer is the result for a spec: its values, or errors.
func answer(f txtar.File) txtar.File {
	s, err := spec.Parse(f.Name, unescape(f.Data))
	if err != nil {
		return txtar.File{Name: "errors", Data: []byte(err.Error() + "\n")}
	}
	return txtar.File{Name: "want", Data: []byte(print(s))}
}

// unescape puts the characters into a spec that an editor or git would
// change, or that nobody could see: ␍ is a carriage return, ␉ a tab, ⟨202e⟩
// any character.
func unescape(data []byte) []byte {
	text := strings.NewReplacer(
		"␍", "\r", "␉", "\t", "⟨0⟩", "\x00", "⟨7⟩", "\a", "⟨7f⟩", "\x7f",
		"⟨ff⟩", "\xff", "⟨feff⟩", "\ufeff", "⟨202e⟩", "\u202e", "⟨2028⟩", "\u2028",
	).Replace(string(data))
	return []byte(text)
}

// TestRanges pins where values end: text from the file, found by its range.
func TestRanges(t *testing.T) {
	const text = "main: &m ./cmd/é\n" +
		"go: '1.26'\n" +
		"base: \"a\\\"b\"\n" +
		"build:\n  ldflags: >-\n    -s\n    -w\n" +
		"  gcflags: all=-N\n    -l\n" +
		"run:\n  files:\n    - {from: a, to: /b}\n" +
		"  args: [*m, x]\n"
	s, err := spec.Parse("gohull.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at   diag.Range
		want string
	}{
		{s.Main[0].Package.At, "1:7-1:16"},
		{s.Go.At, "2:5-2:10"},
		{s.Base.At, "3:7-3:12"},
		{s.Build.Ldflags.At, "5:12-7:6"},
		{s.Build.Gcflags.At, "8:12-9:6"},
		{s.Run.Files[0].At, "12:7-12:23"},
		{s.Run.Args[0].At, "13:10-13:11"},
	} {
		if got := span(test.at); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// TestTooLarge has no golden file: the spec would be one of more than 1 MiB.
func TestTooLarge(t *testing.T) {
	_, err := spec.Parse("gohull.yaml", make([]byte, 1<<20+1))
	want := "gohull.yaml:1:1: a file of 1048577 bytes, wanted at most 1048576 (1 MiB); is this the spec?"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// TestManyErrors: the report on a broken file stays readable.
func TestManyErrors(t *testing.T) {
	_, err := spec.Parse("gohull.yaml", []byte(strings.Repeat("- x\n", 3)+"# \a\n"+strings.Repeat("#\a\n", 1000)))
	all, ok := err.(diag.Errors)
	if !ok || len(all) != 21 {
		t.Fatalf("got %v, want 21 diagnostics", err)
	}
	want := "gohull.yaml:1004:2: the last of 981 more errors is here; fix the others first"
	if got := all[20].String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
