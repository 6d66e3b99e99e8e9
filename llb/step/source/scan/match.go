package scan

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// matcher decides which files are part of a build for any of its platforms.
type matcher struct {
	platforms []string
	filter    *gofiles.Filter
	cgo       bool
}

func newMatcher(v step.Scan) (*matcher, error) {
	filter, err := gofiles.NewFilter(gofiles.Build{Tags: v.Tags, Platforms: v.Platforms, Go: v.Go, Cgo: v.Cgo})
	return &matcher{platforms: v.Platforms, filter: filter, cgo: v.Cgo}, err
}

// match says whether the file is part of the build for one of the platforms.
// An error is one of its constraints.
func (m *matcher) match(h head) (gofiles.Match, error) {
	// The go command leaves these out, too: a package named documentation
	// is not code, and a file with import "C" needs cgo.
	if h.clause.text == "documentation" || h.cgo && !m.cgo {
		return gofiles.Match{}, nil
	}
	found, err := m.filter.Match(path.Base(h.file), bytes.NewReader(h.data))
	if err != nil {
		return found, fmt.Errorf("%s: %w", h.file, err)
	}
	return found, nil
}

// isCertain reports whether the file is part of the build, whatever the
// toolchain and the environment.
func (m *matcher) isCertain(h head) bool {
	found, err := m.match(h)
	return found.Certain && err == nil
}

// reason says why none of the files matches.
func (m *matcher) reason(heads []head) string {
	const shown = 3
	var names []string
	for _, h := range heads[:min(shown, len(heads))] {
		name := path.Base(h.file)
		if h.cgo && !m.cgo {
			name += ` (imports "C", and cgo is off)`
		}
		names = append(names, name)
	}
	if more := len(heads) - shown; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("build constraints exclude all Go files for %s: %s",
		strings.Join(m.platforms, ", "), strings.Join(names, ", "))
}
