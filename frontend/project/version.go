package project

import (
	"go/version"
	"strings"
)

// Compare orders Go versions as `go help toolchain` does: 1.26 < 1.26rc1 <
// 1.26.0 < 1.26.1.
func Compare(a, b string) int { return version.Compare("go"+a, "go"+b) }

// IsVersion reports whether s is a Go version: "1.26", "1.26.8", "1.27rc1".
func IsVersion(s string) bool { return version.IsValid("go" + s) }

// Language is the language version of a Go version: "1.26" for "1.26.8".
func Language(v string) string { return strings.TrimPrefix(version.Lang("go"+v), "go") }

// Satisfies reports whether a toolchain of version have builds a module whose
// go line says want. A have without a patch release stands for the newest of
// its releases.
func Satisfies(have, want string) bool {
	if have == Language(have) && Language(want) == have {
		return true
	}
	return Compare(have, want) >= 0
}
