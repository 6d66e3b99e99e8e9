package planner

import (
	"path"
	"strings"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/step"
)

// goFlags are the flags of go commands that compile. Flags that are newer than
// the toolchain are left out.
type goFlags struct {
	build spec.Build
	debug bool // whether the image is one to debug
	noVCS bool // whether Go knows -buildvcs
}

// link returns the flags of the linker: those that the spec has, and what
// follows from other keys.
func (f goFlags) link(written spec.String) string {
	ldflags := defaultLdflags
	if written.IsSet() {
		ldflags = written.Value
	}
	if f.build.Cgo.Static {
		ldflags = staticLdflags(f.build, ldflags)
	}
	if f.debug {
		ldflags += " " + debugLdflags
	}
	return ldflags
}

// defaultLdflags leave out the symbol table and the debug information.
const defaultLdflags = "-s -w"

// compile returns the flags that decide what a package is compiled to for the
// programs of the image.
func (f goFlags) compile() []string {
	return appendFlag(f.packages(), "pgo", pgoFile(f.build.Pgo.Value))
}

// packages returns those of the compile flags that do not depend on the
// program.
func (f goFlags) packages() []string {
	args := []string{"-trimpath"}
	gcflags := f.build.Gcflags.Value
	if f.debug {
		args, gcflags = nil, debugGcflags
	}
	if f.noVCS {
		args = append(args, noVCS)
	}
	args = appendFlag(args, "gcflags", gcflags)
	args = appendFlag(args, "asmflags", f.build.Asmflags.Value)
	if isPIE(f.build) {
		args = append(args, "-buildmode=pie")
	}
	return append(args, f.files()...)
}

// noVCS keeps the go command from looking for a checkout.
const noVCS = "-buildvcs=false"

// isPIE reports whether programs are position-independent.
func isPIE(b spec.Build) bool { return b.Mode.Value == "pie" }

// cover returns the flags that have programs count which lines run. Packs have
// none: what they hold is not counted.
func (f goFlags) cover(packages []string) []string {
	if !f.build.Cover.On.Value {
		return nil
	}
	return appendFlag([]string{"-cover"}, "coverpkg", strings.Join(packages, ","))
}

// files returns the flags that decide which files a package has.
func (f goFlags) files() []string {
	args := f.tags()
	if f.build.Race.Value {
		args = append(args, "-race")
	}
	return args
}

func (f goFlags) tags() []string {
	return appendFlag(nil, "tags", strings.Join(buildTags(f.build), ","))
}

func appendFlag(args []string, name, value string) []string {
	if value == "" {
		return args
	}
	return append(args, "-"+name+"="+value)
}

// pgoFile makes a profile's path one of the step.
func pgoFile(value string) string {
	if !isProfile(value) {
		return value
	}
	return path.Join(step.Source, value)
}

// isProfile reports whether the value of `build.pgo` is a path, and not one of
// the go command's words.
func isProfile(value string) bool {
	return value != "" && value != "auto" && value != "off"
}
