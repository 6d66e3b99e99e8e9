package rules

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
)

// releases are Go's newest patch releases that this gohull knows: those that it
// is built and tested with. A rule looks nothing up, so that a release that
// came out later is found by a later gohull.
var releases = []string{"1.26.8"}

// outdatedGo compares the release that the build uses, which a go line names
// in full, with the newest patch of the same version. A go line without a patch,
// as in "go 1.26", takes the newest anyway.
func outdatedGo(s Subject) []diag.Diagnostic {
	have := s.Go
	if !have.IsSet() || have.Value == project.Language(have.Value) {
		return nil
	}
	newer := func(release string) bool {
		return project.Language(release) == project.Language(have.Value) && project.Compare(have.Value, release) < 0
	}
	i := slices.IndexFunc(releases, newer)
	if i < 0 {
		return nil
	}
	hint := fmt.Sprintf("run `go get toolchain@go%s`, or write `go: %s`", releases[i], releases[i])
	if have.At.File == s.Spec.File {
		hint = "write " + releases[i]
	}
	return []diag.Diagnostic{{
		At:      have.At,
		Message: fmt.Sprintf("the build uses go %s, and go %s is out, a newer patch release of it", have.Value, releases[i]),
		Hint:    hint,
	}}
}
