package failure

import (
	"fmt"
	"regexp"
)

var (
	// interpreted is what `go install` says of a module that it does not build:
	// path@version (in module@version).
	interpreted = regexp.MustCompile(`(?s)^(\S+)@(v\S+) \(in (\S+)@v\S+\):\n\s*The go\.mod file for the module providing named packages contains one or\s+more (replace|exclude) directives`)
	// tooNew is a module that needs a newer Go, with no line of a go.mod that asks for it.
	tooNew = regexp.MustCompile(`^(?:\S+: )?(\S+@v\S+) requires go >= (\S+) \(running go ([^;\s]+)[^)]*\)$`)
	// externalPIE is a platform for which only a C compiler links such programs, or
	// nothing does.
	externalPIE = regexp.MustCompile(`^-buildmode=pie (requires external \(cgo\) linking, but cgo is not enabled|not supported on \S+)`)
	// library is a package that is no program.
	library = regexp.MustCompile(`^package (\S+) is not a main package$`)
)

// reworded says why a program is not built, and what to do.
func reworded(message string) string {
	if m := interpreted.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%s@%s: the go.mod of %s has %s lines, so it cannot be built by itself; "+
			"build it with this project's go.mod: run `go get -tool %s@%s`, and name the package without the version", m[1], m[2], m[3], m[4], m[1], m[2])
	}
	if m := tooNew.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("%s needs go %s, and the toolchain is go %s; write the key `go` with a newer Go, which also builds the project, or name an older version", m[1], m[2], m[3])
	}
	if m := externalPIE.FindStringSubmatch(message); m != nil {
		return message + "; for this platform leave `build.mode: pie` out, or write `cgo: static`"
	}
	if library.MatchString(message) {
		return message + "; name the directory of the program, which is often below cmd"
	}
	return message
}
