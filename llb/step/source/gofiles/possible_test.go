package gofiles

import (
	"go/build"
	"io"
	"strings"
	"testing"
)

func filter(t testing.TB, b Build) *Filter {
	t.Helper()
	f, err := NewFilter(b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func onLinux() Build { return Build{Platforms: []string{"linux/amd64"}, Go: "1.26.8"} }

func TestPossible(t *testing.T) {
	f := filter(t, Build{Tags: []string{"custom"}, Platforms: []string{"linux/amd64", "linux/arm/v7"}, Go: "1.26.8"})
	for line, want := range map[string]bool{
		"linux":                 true,
		"windows":               false,
		"unix":                  true,
		"!unix":                 false,
		"amd64 && arm":          false, // of no platform both
		"amd64 || windows":      true,
		"gc":                    true,
		"gccgo":                 false,
		"custom":                true,
		"other":                 false,
		"!other":                true,
		"cgo":                   false,
		"go1.26":                true,
		"go1.27":                false,
		"!go1.27":               true,
		"race":                  true,
		"!race":                 true,
		"race && windows":       false,
		"!(race || linux)":      false,
		"msan || asan":          true,
		"boringcrypto":          true,
		"goexperiment.jsonv2":   true,
		"!goexperiment.jsonv2":  true,
		"fips140v1.0":           true,
		"amd64.v3":              true,
		"arm.7":                 true,
		"arm64.v9.0":            false, // of no platform asked for
		"!arm64.v9.0":           true,
		"race && !race":         true, // exactness ends here
		"linux &&":              true, // the go command reports it
		"ignore":                false,
		"linux\n//go:build gc":  true, // two lines
		"purego":                false,
		"go1.20 && custom":      true,
		"(linux && !custom)":    false,
		"android || linux":      true,
		"solaris || amd64.v2":   true,
		"solaris && amd64.v2":   false,
		"!(solaris || amd64.x)": true,
	} {
		text := "// Copyright.\n\n//go:build " + line + "\n\npackage p\n"
		if got := f.Possible("f.go", strings.NewReader(text)); got != want {
			t.Errorf("%s: got %t", line, got)
		}
	}
}

func TestPossibleHeader(t *testing.T) {
	f := filter(t, onLinux())
	for text, want := range map[string]bool{
		"":                                                 true,
		"package p":                                        true,
		"package p\n//go:build windows\n":                  true,
		"\ufeff//go:build windows\n\npackage p":            false,
		"/* a\n//go:build windows\n*/ package p":           true,
		"/* a */\n//go:build windows\npackage p":           false,
		"// +build windows\n\npackage p":                   false,
		"// +build windows\npackage p":                     true,
		"// +build windows\n\n// +build":                   false,
		"//go:build linux\n// +build windows\n\npackage p": true,
		"// +build linux\n// +build !amd64\n\npackage p":   false,
		"// +build race\n\npackage p":                      true,
		"#include \"a.h\"\n//go:build windows\n":           true,
		"//go:build windows\r\n\r\nTEXT":                   false,
	} {
		if got := f.Possible("f.s", strings.NewReader(text)); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}

func TestPossibleWithoutGoVersion(t *testing.T) {
	b := onLinux()
	b.Go = ""
	f := filter(t, b)
	for _, line := range []string{"go1.1", "!go1.1", "go1.99", "!go1.99"} {
		if !f.Possible("f.go", strings.NewReader("//go:build "+line+"\n\npackage p")) {
			t.Errorf("%s is not possible", line)
		}
	}
}

func TestNames(t *testing.T) {
	f := filter(t, Build{Platforms: []string{"linux/amd64", "windows/arm64"}, Go: "1.26.8"})
	for name, want := range map[string]bool{
		"a.go":               true,
		"a_linux.go":         true,
		"a_windows.s":        true,
		"a_linux_arm64.syso": false,
		"a_darwin.c":         false,
		"linux.go":           true,
		"a_unix.go":          true,
		"_a.go":              false,
		".a.go":              false,
		"README.md":          false,
		"a.S":                true,
	} {
		if got := f.Names(name); got != want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestBadBuild(t *testing.T) {
	if _, err := NewFilter(Build{}); err == nil {
		t.Error("no platform, and no error")
	}
}

// What go/build takes with some toolchain must be possible. Where nothing is
// open, both agree.
func FuzzPossible(f *testing.F) {
	f.Add("f.go", "//go:build linux && !race\n\npackage p\n", true)
	f.Add("f_amd64.s", "/* x */ // +build amd64.v3,go1.20\n\n", false)
	f.Add("f.go", "\ufeff// +build !windows\n// +build cgo gc\n\npackage p; import \"C\"", true)
	f.Add("f.go", "//go:build go1.27 || goexperiment.x || fips140v1.0\npackage p", true)
	f.Fuzz(func(t *testing.T, name, text string, cgo bool) {
		if strings.ContainsAny(name, "/\\") {
			return
		}
		b := onLinux()
		b.Cgo = cgo
		got := filter(t, b).Possible(name, strings.NewReader(text))
		for _, open := range [][]string{nil, {"race", "amd64.v3", "goexperiment.x", "fips140v1.0"}} {
			if exact(t, b, open, name, text) && !got {
				t.Errorf("%q is taken with %q, and is not possible", name, open)
			}
		}
	})
}

func exact(t *testing.T, b Build, toolTags []string, name, text string) bool {
	contexts, err := b.contexts()
	if err != nil {
		t.Fatal(err)
	}
	c := contexts[0]
	c.ToolTags = toolTags
	c.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	ok, err := c.MatchFile("", name)
	return ok && err == nil
}

// The release tags must be those of go/build itself.
func TestReleaseTags(t *testing.T) {
	last := build.Default.ReleaseTags[len(build.Default.ReleaseTags)-1]
	b := onLinux()
	b.Go = strings.TrimPrefix(last, "go")
	contexts, err := b.contexts()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(contexts[0].ReleaseTags, " "), strings.Join(build.Default.ReleaseTags, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
