package planner

import (
	"fmt"
	"path"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
)

// binaryOf returns the executable of a program of another module. Where it is
// made does not depend on its place in the image, so that another place builds
// nothing again.
func binaryOf(prog spec.Program) plan.Binary {
	made := path.Join(binDir, gomod.ProgramName(prog.Package.Value))
	return plan.Binary{Package: prog.Key(), Made: made, Path: imagePath(prog.To.Value, made)}
}

// named builds a program that the spec names, for a platform.
func (i installing) named(prog spec.Program, p plan.Platform, errs *diag.List) plan.Program {
	ldflags := defaultLdflags
	if prog.Ldflags.IsSet() {
		ldflags = prog.Ldflags.Value
	}
	args := appendFlag([]string{"install", "-trimpath"}, "ldflags", ldflags)
	args = appendFlag(args, "tags", strings.Join(values(prog.Tags), ","))
	b := binaryOf(prog)
	return plan.Program{
		Step: plan.Step{
			ID:      "program",
			Name:    fmt.Sprintf("build %s %s for %s", path.Base(b.Made), prog.Version.Value, p),
			At:      spans(i.file, prog.Package.At),
			Env:     i.env.install(p),
			Network: true,
			Caches:  i.caches.fetch(),
		},
		Args:   append(args, prog.Key()),
		Binary: b,
		Sum:    i.sum(prog),
		Git:    true,
	}
}

// sum returns the checksum that the lock has of a program's module.
func (i installing) sum(prog spec.Program) string {
	if i.lock == nil {
		return ""
	}
	return spec.Lookup(i.lock.Programs, prog.Key())
}

// validatePrograms reports programs of other modules that are where another one
// is.
func (p planning) validatePrograms(own []plan.Binary) {
	all := own
	for _, prog := range p.spec.Programs {
		b := binaryOf(prog)
		for _, other := range all {
			if other.Path == b.Path {
				p.errs.Add(diag.Diagnostic{
					At:      prog.Place(),
					Message: fmt.Sprintf("main: %s and %s would both be %s", other.Package, b.Package, b.Path),
					Hint:    "give one of them another place",
				})
			}
		}
		all = append(all[:len(all):len(all)], b)
	}
}

// validateProgramFlags checks the flags of single programs. The steps that build
// those of other modules have secrets and share caches, so no flag may run a
// program. Those of the project have flags that decide how everything is linked in
// common.
func validateProgramFlags(mains []spec.Main, programs []spec.Program, errs *diag.List) {
	for _, m := range mains {
		if !m.Ldflags.IsSet() {
			continue
		}
		key := "main." + m.Package.Value + ".ldflags"
		flags, _ := goflag.Parse(m.Ldflags.Value)
		if flags.Pattern != "" {
			errs.Add(diag.Diagnostic{
				At:      m.Ldflags.At,
				Message: fmt.Sprintf("%s: the flags are for one program, and have a pattern of packages: %s=", key, flags.Pattern),
				Hint:    "leave the pattern out",
			})
		}
		flag, ok := unknownFlag(goflag.Link, m.Ldflags.Value)
		if !ok && linkerFlag(m.Ldflags.Value, "extldflags") != "" {
			flag, ok = "-extldflags", true
		}
		if ok {
			errs.Add(diag.Diagnostic{
				At:      m.Ldflags.At,
				Message: fmt.Sprintf("%s: %s is for all programs of an image", key, flag),
				Hint:    "write it in build.ldflags; flags of one program are like -s, -w and -X",
			})
		}
	}
	for _, prog := range programs {
		if flag, ok := unknownFlag(goflag.Link, prog.Ldflags.Value); ok && prog.Ldflags.IsSet() {
			errs.Add(diag.Diagnostic{
				At:      prog.Ldflags.At,
				Message: fmt.Sprintf("main.%s.ldflags: %s may run a program or read a file, in a step that has secrets", prog.Key(), flag),
				Hint:    "use flags like -s, -w and -X",
			})
		}
	}
}
