package planner

import (
	"fmt"
	"path"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
)

// program is a program of a module that is no part of the project.
type program struct {
	name     string // "Delve"
	pkg      string // import path of its main package
	key      string // of the spec, for another version: "debug.version"
	releases []release
}

// release is a version of a program and the versions of Go that it is for. No
// lock has them: the checksum database says what a version is.
type release struct {
	version  string // "v1.27.2"
	from, to string // "1.25", "1.27"; without to, newer ones are likely to work
}

// delve is the debugger. Its own source says which versions of Go it debugs.
var delve = program{
	name: "Delve",
	pkg:  "github.com/go-delve/delve/cmd/dlv",
	key:  "debug.version",
	releases: []release{
		{"v1.27.2", "1.25", "1.27"},
		{"v1.26.2", "1.24", "1.26"},
		{"v1.25.2", "1.22", "1.25"},
		{"v1.25.0", "1.21", "1.24"},
	},
}

// installing builds programs of other modules, with the toolchain of a plan.
type installing struct {
	file   string
	root   goroot
	env    environment
	caches sharing
	lock   *spec.Lock // nil if there is none
}

// program builds a program for a platform, in the version that the spec asks
// for or in the newest one for the toolchain.
func (i installing) program(prog program, asked spec.String, p plan.Platform, file string, errs *diag.List) plan.Program {
	version := asked.Value
	if !asked.IsSet() {
		version = prog.releaseFor(i.root.runs(), errs).version
	}
	return plan.Program{
		Step: plan.Step{
			ID:      "program",
			Name:    fmt.Sprintf("build %s %s for %s", prog.name, version, p),
			At:      spans(i.file, asked.At),
			Env:     i.env.install(p),
			Network: true,
			Caches:  i.caches.fetch(),
		},
		Args:   []string{"install", "-trimpath", "-ldflags=" + defaultLdflags, prog.pkg + "@" + version},
		Binary: plan.Binary{Package: prog.pkg, Made: path.Clean(file), Path: path.Clean(file)},
	}
}

// releaseFor returns the newest release for a version of Go; for an unknown
// version, the newest of all.
func (prog program) releaseFor(v project.Version, errs *diag.List) release {
	if !v.IsSet() {
		return prog.releases[0]
	}
	lang := gomod.Language(v.Value)
	for _, r := range prog.releases {
		if gomod.CompareGo(lang, r.from) >= 0 && (r.to == "" || gomod.CompareGo(lang, r.to) <= 0) {
			return r
		}
	}
	errs.Add(noRelease(prog, v))
	return release{}
}

func noRelease(prog program, v project.Version) diag.Diagnostic {
	block, key, _ := strings.Cut(prog.key, ".")
	named := fmt.Sprintf("a version as `%s: {%s: …}`", block, key)
	nearest, hint := prog.releases[0], "name "+named
	if oldest := prog.releases[len(prog.releases)-1]; gomod.CompareGo(v.Value, oldest.from) < 0 {
		nearest, hint = oldest, "write a newer Go as the key `go`: it also builds what asks for an older one; or name "+named
	}
	return diag.Diagnostic{
		At:      v.At,
		Message: fmt.Sprintf("gohull knows no version of %s for go %s: %s is for Go %s to %s", prog.name, v.Value, nearest.version, nearest.from, nearest.to),
		Hint:    hint,
	}
}
