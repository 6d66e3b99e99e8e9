package scan

import (
	"bytes"
	"fmt"
	"go/build"
	"go/version"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/gohull/gohull/llb/tool"
)

// matcher decides which files are part of a build for any of its platforms.
type matcher struct {
	platforms []string
	contexts  []build.Context
	cgo       bool
}

func newMatcher(v tool.Scan) (*matcher, error) {
	if len(v.Platforms) == 0 {
		return nil, errNoPlatform
	}
	releases, err := releaseTags(v.Go)
	if err != nil {
		return nil, err
	}
	m := &matcher{platforms: v.Platforms, cgo: v.Cgo}
	for _, p := range v.Platforms {
		goos, rest, ok := strings.Cut(p, "/")
		if !ok {
			return nil, fmt.Errorf("platform %q: want an operating system and an architecture, as in linux/amd64", p)
		}
		goarch, _, _ := strings.Cut(rest, "/")
		m.contexts = append(m.contexts, build.Context{
			GOOS: goos, GOARCH: goarch, Compiler: "gc", CgoEnabled: v.Cgo,
			BuildTags: v.Tags, ReleaseTags: releases,
		})
	}
	return m, nil
}

// releaseTags are go1.1 up to the language version of goVersion. A version
// that nobody knows before the toolchain runs is taken for this program's own.
func releaseTags(goVersion string) ([]string, error) {
	if goVersion == "" {
		return build.Default.ReleaseTags, nil
	}
	lang := version.Lang("go" + goVersion)
	minor, err := strconv.Atoi(strings.TrimPrefix(lang, "go1."))
	if err != nil || minor > 1000 {
		return nil, fmt.Errorf("Go version %q: want one such as 1.26.8", goVersion)
	}
	var tags []string
	for i := 1; i <= minor; i++ {
		tags = append(tags, fmt.Sprintf("go1.%d", i))
	}
	return tags, nil
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
