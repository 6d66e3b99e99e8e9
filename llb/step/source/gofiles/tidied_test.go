package gofiles

import (
	"strings"
	"testing"
)

func TestIsTidied(t *testing.T) {
	for header, want := range map[string]bool{
		"package a":                                         true,
		"//go:build ignore\n\npackage a":                    false,
		"//go:build windows && !windows\n\npackage a":       true,
		"//go:build tools\n\npackage a":                     true,
		"//go:build !tools || ignore\n\npackage a":          true,
		"//go:build !(linux || darwin)\n\npackage a":        true,
		"//go:build linux && ignore\n\npackage a":           false,
		"//go:build !ignore\n\npackage a":                   true,
		"// +build ignore\n\npackage a":                     false,
		"//go:build (\n\npackage a":                         true,
		"// a comment\n\n//go:build ignore\n\npackage main": false,
	} {
		if got := IsTidied(strings.NewReader(header)); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
