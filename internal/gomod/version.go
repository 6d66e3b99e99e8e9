package gomod

import (
	"go/version"
	"strings"
)

// CompareGo orders Go versions as `go help toolchain` says: 1.26 < 1.26rc1 <
// 1.26.0 < 1.26.1.
func CompareGo(a, b string) int { return version.Compare("go"+a, "go"+b) }

// IsGo reports whether s is a Go version: "1.26", "1.26.8", "1.27rc1".
func IsGo(s string) bool { return version.IsValid("go" + s) }

// Language returns the language version of a Go version: "1.26" for "1.26.8".
func Language(v string) string { return strings.TrimPrefix(version.Lang("go"+v), "go") }

// Satisfies reports whether a toolchain of version have builds a module whose
// go line is want. If have is a language version, it stands for the newest of
// its releases.
func Satisfies(have, want string) bool {
	return have == Language(have) && Language(want) == have || CompareGo(have, want) >= 0
}
