package modules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gohull/gohull/llb/step/gocmd"
)

// spoiled matches lines of the go command about a module in GOMODCACHE that is
// not what was downloaded.
var spoiled = regexp.MustCompile(`zip: |unzip |checksum mismatch`)

// trimmed is what such a line begins with.
var trimmed = regexp.MustCompile(`^(go: |-> |\s+)`)

// Mending returns a step whose commands run again if GOMODCACHE has a broken
// module, which is removed before. Without that, a builder that has lost part
// of a file would fail until somebody prunes its cache.
func Mending(s gocmd.Step, modCache string) gocmd.Step {
	j := Job{Step: s, ModCache: modCache}
	try := 1
	s.Again = func(printed string) bool {
		var lines strings.Builder
		for line := range strings.Lines(printed) {
			if spoiled.MatchString(line) {
				lines.WriteString(line)
			}
		}
		p := newProblem(lines.String(), true)
		if len(p.broken) == 0 || try >= p.tries || j.forget(p.broken) != nil {
			return false
		}
		try++
		first, _, _ := strings.Cut(p.text, "\n")
		fmt.Fprintf(s.Stderr, "fetching modules again: %s\n", trimmed.ReplaceAllString(first, ""))
		return true
	}
	return s
}
