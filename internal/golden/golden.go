// Package golden runs test cases that are txtar archives: files that a user
// could have written, and what has to come of them.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite what the cases of testdata want")

// Run runs a subtest for each archive that a pattern matches. The test puts
// into the archive what came of it, as with Set. Where that is another text
// than the file's, the subtest fails, or, with -update, the file is rewritten.
// A case that wants nothing fails, since it could not fail otherwise.
func Run(t *testing.T, pattern string, test func(*testing.T, *txtar.Archive)) {
	t.Helper()
	each(t, pattern, func(t *testing.T, file string, ar *txtar.Archive) {
		if !slices.ContainsFunc(ar.Files, isWanted) {
			t.Errorf("%s wants nothing: add an empty section such as want/plan, and run the test with -update", file)
		}
		test(t, ar)
		File(t, file, string(txtar.Format(ar)))
	})
}

// isWanted reports whether a file of an archive is what has to come of the
// others.
func isWanted(f txtar.File) bool {
	return f.Name == "errors" || strings.HasPrefix(f.Name, "want")
}

// Each runs a subtest for each archive that a pattern matches, and leaves the
// files as they are.
func Each(t *testing.T, pattern string, test func(*testing.T, *txtar.Archive)) {
	t.Helper()
	each(t, pattern, func(t *testing.T, _ string, ar *txtar.Archive) { test(t, ar) })
}

func each(t *testing.T, pattern string, test func(*testing.T, string, *txtar.Archive)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", pattern, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			test(t, file, ar)
		})
	}
}

// File compares a text with a file or, with -update, writes the file.
func File(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Fill sets the text of each file of an archive that is below want/: text
// returns it by the name there.
func Fill(ar *txtar.Archive, text func(name string) string) {
	for i, f := range ar.Files {
		if name, ok := strings.CutPrefix(f.Name, "want/"); ok {
			ar.Files[i].Data = []byte(text(name))
		}
	}
}

// Set replaces the text of a file of an archive. It is an error if the archive
// has no such file.
func Set(t *testing.T, ar *txtar.Archive, name, text string) {
	t.Helper()
	for i := range ar.Files {
		if ar.Files[i].Name == name {
			ar.Files[i].Data = []byte(text)
			return
		}
	}
	t.Errorf("the case has no file %q", name)
}
