package rules

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// releases are Go's newest patch releases that this gohull knows: those that it
// is built and tested with. Rules look nothing up, so only a later gohull finds
// a later release.
var releases = []string{"1.26.8"}

// outdatedGo compares the release of the build, which a go line names in full,
// with the newest patch of the same version. A go line without a patch, as in
// "go 1.26", means the newest anyway.
func outdatedGo(s Subject) []diag.Diagnostic {
	have := s.Go
	if !have.IsSet() || have.Value == gomod.Language(have.Value) {
		return nil
	}
	newer := func(release string) bool {
		return gomod.Language(release) == gomod.Language(have.Value) && gomod.CompareGo(have.Value, release) < 0
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
		Message: fmt.Sprintf("the build uses go %s, but there is a newer patch release: go %s", have.Value, releases[i]),
		Hint:    hint,
	}}
}
