package planner

import (
	"cmp"
	"fmt"
	"path"
	"slices"
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
	caches, toolexec := p.caches.compile(start), p.toolexec()
	if toolexec != nil {
		start, caches = plan.Start{}, toolexecCaches
	}
	return plan.Compile{
		Step: plan.Step{
			ID:     "compile",
			Name:   fmt.Sprintf("compile %s for %s", packageList(binaries), platform),
			At:     p.spans(mainLines(p.spec)...),
			Env:    p.env.compile(platform),
			Added:  p.env.added(platform),
			Caches: caches,
		},
		Epoch:    p.args.epoch.Seconds(),
		Start:    start,
		Checkout: p.checkout,
		Toolexec: toolexec,
		Args:     p.buildCommand(binaries),
		Binaries: binaries,
	}
}

// buildCommand returns the command line of the go command.
func (p planning) buildCommand(binaries []plan.Binary) []string {
	args := append([]string{"build"}, p.flags.compile()...)
	if i := slices.Index(args, noVCS); i >= 0 && p.checkout != nil {
		args[i] = "-buildvcs=true"
	}
	args = append(args, p.flags.cover(p.modules.relatives(p.own(p.spec.Build.Cover.Packages)))...)
	args = appendFlag(args, "ldflags", p.flags.link(p.spec.Build.Ldflags))
	for _, bin := range binaries {
		args = appendFlag(args, "ldflags", bin.Ldflags)
	}
	args = append(appendFlag(args, "toolexec", p.toolexecFlag()), "-o", step.Out+binDir+"/")
	for _, bin := range binaries {
		args = append(args, p.modules.relative(bin.Package))
	}
	return args
}

// ownLdflags returns the flags of the linker for a program alone, after the pattern
// of its package; empty if it has those of all.
func (p planning) ownLdflags(m mainPackage) string {
	if !m.ldflags.IsSet() {
		return ""
	}
	return p.modules.relative(m.name()) + "=" + p.flags.link(m.ldflags)
}

// mainLines returns the lines of the spec that name what is compiled.
func mainLines(s *spec.Spec) []diag.Range {
	var lines []diag.Range
	for _, m := range s.Main {
		lines = append(lines, m.Package.At)
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
		return path.Base(b.Made)
	}
	return b.Package
}

// nameBinaries returns the executables of main packages. Two of one name, or
// at one place, are an error.
func nameBinaries(p *project.Project, s *spec.Spec, mains []mainPackage, errs *diag.List) []plan.Binary {
	var out []plan.Binary
	for _, pkg := range mains {
		importPath := cmp.Or(pkg.required, importPath(p, pkg.Package))
		b := plan.Binary{Package: pkg.name(), Made: path.Join(binDir, gomod.ProgramName(importPath))}
		b.Path = imagePath(pkg.to.Value, b.Made)
		for _, other := range out {
			if d := clash(other, b); d != nil {
				d.At = s.Main[0].Package.At
				if pkg.to.IsSet() {
					d.At = pkg.to.At
				}
				errs.Add(*d)
			}
		}
		out = append(out, b)
	}
	return out
}

// clash reports two executables that cannot be in one image.
func clash(a, b plan.Binary) *diag.Diagnostic {
	switch {
	case a.Made == b.Made && a.Path != b.Path:
		return &diag.Diagnostic{
			Message: fmt.Sprintf("main: the go command compiles %s and %s together, and calls both %s", a.Package, b.Package, path.Base(a.Made)),
			Hint:    "build them into two images",
		}
	case a.Made == b.Made:
		return &diag.Diagnostic{
			Message: fmt.Sprintf("main: %s and %s would both be %s", a.Package, b.Package, a.Path),
			Hint:    "build them into two images",
		}
	case a.Path == b.Path:
		return &diag.Diagnostic{
			Message: fmt.Sprintf("main: %s and %s would both be %s", a.Package, b.Package, a.Path),
			Hint:    "give them two places",
		}
	}
	return nil
}

// imagePath returns the path of a program in the image: where the spec puts it, or
// where the go command made it.
func imagePath(to, made string) string {
	switch {
	case to == "":
		return made
	case isDirectory(to):
		return path.Join(to, path.Base(made))
	case path.IsAbs(to):
		return path.Clean(to)
	}
	return path.Join(binDir, to)
}

// isDirectory reports whether a place of the spec is a directory to put
// programs into.
func isDirectory(to string) bool { return strings.HasSuffix(to, "/") }
