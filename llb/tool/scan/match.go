package scan

import (
	"bytes"
	"fmt"
	"go/build"
	"io"
	"path"
	"strings"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/gofiles"
)

// matcher decides which files are part of a build for any of its platforms.
type matcher struct {
	platforms []string
	contexts  []build.Context
	cgo       bool
}

func newMatcher(v tool.Scan) (*matcher, error) {
	b := gofiles.Build{Tags: v.Tags, Platforms: v.Platforms, Go: v.Go, Cgo: v.Cgo}
	contexts, err := b.Contexts()
	if err != nil {
		return nil, err
	}
	return &matcher{platforms: v.Platforms, contexts: contexts, cgo: v.Cgo}, nil
}

// matches reports whether the file is part of the build for one of the
// platforms. An error is one of its constraints.
func (m *matcher) matches(h head) (bool, error) {
	// The go command leaves these out, too: a package named documentation
	// is not code, and a file with import "C" needs cgo.
	if h.clause.text == "documentation" || h.cgo && !m.cgo {
		return false, nil
	}
	for _, c := range m.contexts {
		c.OpenFile = func(string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(h.data)), nil
		}
		ok, err := c.MatchFile(path.Dir(h.file), path.Base(h.file))
		if err != nil {
			_, what, _ := strings.Cut(err.Error(), path.Base(h.file)+": ")
			return false, fmt.Errorf("%s: %s", h.file, what)
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
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
