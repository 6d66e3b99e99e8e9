package frontend

import (
	"slices"

	"github.com/moby/patternmatcher"
)

// alwaysIgnored is left out of the context before the ignore file has its
// say, which can take it in again with "!.git": a build needs nothing of it,
// and each git command changes it.
var alwaysIgnored = []string{".git"}

// ignore is what is no part of the context.
type ignore struct {
	patterns []string
	matcher  *patternmatcher.PatternMatcher
}

// newIgnore takes the patterns of the ignore file.
func newIgnore(patterns []string) (ignore, error) {
	all := slices.Concat(alwaysIgnored, patterns)
	matcher, err := patternmatcher.New(all)
	return ignore{all, matcher}, err
}

func (i ignore) hides(name string) (bool, error) {
	return i.matcher.MatchesOrParentMatches(name)
}
