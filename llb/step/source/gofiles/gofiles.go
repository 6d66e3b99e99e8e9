// Package gofiles knows which files of a directory are part of a Go package, for
// builds on several platforms at once.
package gofiles

import (
	"errors"
	"fmt"
	"go/build"
	"go/version"
	"strconv"
	"strings"
)

// Build is what decides which files are part of it.
type Build struct {
	Tags      []string // that hold in addition to those of the platform
	Platforms []string // "linux/arm64", at least one
	Go        string   // "1.26.8"; empty when nobody knows before the toolchain runs
	Cgo       bool
}

// contexts returns the build as go/build has it, once for each platform.
// Without a Go version, the release tags are those of this program's own.
func (b Build) contexts() ([]build.Context, error) {
	if len(b.Platforms) == 0 {
		return nil, errors.New("no platform to scan for; name at least one, as in linux/amd64")
	}
	releases, err := releaseTags(b.Go)
	if err != nil {
		return nil, err
	}
	var contexts []build.Context
	for _, p := range b.Platforms {
		goos, rest, ok := strings.Cut(p, "/")
		if !ok {
			return nil, fmt.Errorf("platform %q: want an operating system and an architecture, as in linux/amd64", p)
		}
		goarch, _, _ := strings.Cut(rest, "/")
		contexts = append(contexts, build.Context{
			GOOS: goos, GOARCH: goarch, Compiler: "gc", CgoEnabled: b.Cgo,
			BuildTags: b.Tags, ReleaseTags: releases,
		})
	}
	return contexts, nil
}

// releaseTags returns go1.1 up to the language version of goVersion.
func releaseTags(goVersion string) ([]string, error) {
	if goVersion == "" {
		return build.Default.ReleaseTags, nil
	}
	lang := version.Lang("go" + goVersion)
	minor, err := strconv.Atoi(strings.TrimPrefix(lang, "go1."))
	if err != nil || minor > 1000 {
		return nil, fmt.Errorf("unknown Go version %q; want one such as 1.26.8", goVersion)
	}
	var tags []string
	for i := 1; i <= minor; i++ {
		tags = append(tags, fmt.Sprintf("go1.%d", i))
	}
	return tags, nil
}

// IsSource reports whether a file of this name is Go source that is neither a
// test nor hidden from the go command.
func IsSource(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !IsHidden(name)
}

// IsHidden reports whether the go command passes over files and directories of
// this name.
func IsHidden(name string) bool {
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")
}

var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// Literal quotes a directory's name for use in a pattern of path.Match.
func Literal(dir string) string { return literal.Replace(dir) }
