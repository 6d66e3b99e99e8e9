package frontend

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/internal/golden"
)

// TestCompat compares the plans of specs with those that users have seen. A spec that
// builds with one release builds with every later one of the same major version, and
// gives the same plan, except for changes that CHANGELOG.md names.
func TestCompat(t *testing.T) {
	golden.Run(t, "testdata/compat/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		golden.Fill(ar, func(name string) string {
			got := ask(t, ar, name)
			return got[""] + got["error"]
		})
		t.Cleanup(func() {
			if t.Failed() {
				t.Log("a spec that users have gives another plan: if that is meant, write it below \"Changed plans\" in CHANGELOG.md, with the name of this case, and run the test with -update")
			}
		})
	})
}
