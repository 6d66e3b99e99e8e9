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
	"github.com/gohull/gohull/llb/step"
)

// binDir is where binaries are in the image; it is on the PATH of all bases.
const binDir = "/usr/local/bin"

// compile makes the binaries of one platform.
func (p planning) compile(binaries []plan.Binary, platform plan.Platform) plan.Compile {
	start := p.packs.start(binaries, platform)
	return plan.Compile{
		Step: plan.Step{
			ID:     "compile",
			Name:   fmt.Sprintf("compile %s for %s", packageList(binaries), platform),
			At:     p.spans(mainLines(p.spec)...),
			Env:    p.env.compile(platform),
			Caches: p.caches.compile(start),
		},
		Epoch:    p.args.epoch.Seconds(),
		Start:    start,
		Args:     buildCommand(p.flags, binaries),
		Binaries: binaries,
	}
}

// buildCommand returns the command line of the go command.
func buildCommand(f goFlags, binaries []plan.Binary) []string {
	args := append([]string{"build"}, f.compile()...)
	args = appendFlag(args, "ldflags", f.link())
	args = append(args, "-o", step.Out+binDir+"/")
	for _, bin := range binaries {
		args = append(args, bin.Package)
	}
	return args
}

// mainLines returns the lines of the spec that name what is compiled.
func mainLines(s *spec.Spec) []diag.Range {
	var lines []diag.Range
	for _, m := range s.Main {
		lines = append(lines, m.At)
	}
	return lines
}

func packageList(binaries []plan.Binary) string {
	var names []string
	for _, b := range binaries {
		names = append(names, packageName(b))
	}
	return strings.Join(names, " ")
}

// packageName returns what people call a package: "." says nothing to them.
func packageName(b plan.Binary) string {
	if b.Package == "." {
		return path.Base(b.Path)
	}
	return b.Package
}

// nameBinaries returns the executables of main packages. Two of one name are an
// error.
func nameBinaries(p *project.Project, s *spec.Spec, mains []step.Package, errs *diag.List) []plan.Binary {
	var out []plan.Binary
	byPath := map[string]string{}
	for _, pkg := range mains {
		b := plan.Binary{Package: dot(pkg.Dir), Path: path.Join(binDir, gomod.ProgramName(importPath(p, pkg)))}
		if other, ok := byPath[b.Path]; ok {
			errs.Add(diag.Diagnostic{
				At:      s.Main[0].At,
				Message: fmt.Sprintf("main: %s and %s would both be %s", other, b.Package, b.Path),
				Hint:    "build them into two images",
			})
		}
		byPath[b.Path] = b.Package
		out = append(out, b)
	}
	return out
}
