package rules

import (
	"os"
	"slices"
	"testing"

	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/modfile"
)

// TestReleases: the release that gohull itself is built with is known.
func TestReleases(t *testing.T) {
	data, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	own := f.Go.Version
	if f.Toolchain != nil {
		own = f.Toolchain.Name[len("go"):]
	}
	known := func(release string) bool {
		return gomod.Language(release) == gomod.Language(own) && gomod.CompareGo(release, own) >= 0
	}
	if !slices.ContainsFunc(releases, known) {
		t.Errorf("go %s is not known: add it to releases", own)
	}
}
