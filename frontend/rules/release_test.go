package rules

import (
	"os"
	"slices"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/gohull/gohull/frontend/project"
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
		return project.Language(release) == project.Language(own) && project.Compare(release, own) >= 0
	}
	if !slices.ContainsFunc(releases, known) {
		t.Errorf("go %s is not known: add it to releases", own)
	}
}
