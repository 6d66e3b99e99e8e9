package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/layout"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// linux is the system that images are for.
const linux = "linux"

// systems are the other systems that Go compiles programs for, with their
// architectures: those of `go tool dist list`, without android, ios and js,
// where programs are parts of an app or a page.
var systems = map[string][]string{
	"aix":       {"ppc64"},
	"darwin":    {"amd64", "arm64"},
	"dragonfly": {"amd64"},
	"freebsd":   {"386", "amd64", "arm", "arm64"},
	"illumos":   {"amd64"},
	"netbsd":    {"386", "amd64", "arm", "arm64"},
	"openbsd":   {"386", "amd64", "arm", "arm64", "ppc64", "riscv64"},
	"plan9":     {"386", "amd64", "arm"},
	"solaris":   {"amd64"},
	"wasip1":    {"wasm"},
	"windows":   {"386", "amd64", "arm64"},
}

// imagePlatforms returns the platforms that have an image. Of others, only the
// programs are built.
func (d *Decision) imagePlatforms() []plan.Platform {
	return slices.DeleteFunc(slices.Clone(d.Request.Platforms), func(p plan.Platform) bool { return p.OS != linux })
}

// validateSystem reports a platform that is not Linux, unless binaries are
// wanted and Go makes them.
func validateSystem(s *spec.Spec, target string, p plan.Platform, errs *diag.List) {
	at := diag.Range{File: "--platform " + p.String()}
	switch {
	case target != binaryTarget:
		errs.Add(diag.Diagnostic{At: at, Message: "images are for linux only", Hint: "remove it from the list of platforms; --target binary builds programs for other systems"})
	case !slices.Contains(systems[p.OS], p.Architecture):
		errs.Add(diag.Diagnostic{At: at, Message: "gohull does not compile for this platform", Hint: systemHint(p.OS)})
	case s.Build.Cgo.Value:
		errs.Add(diag.Diagnostic{
			At:      s.Build.Cgo.At,
			Message: fmt.Sprintf("build.cgo needs a C compiler for %s, and toolchain images have compilers for linux only", p),
			Hint:    "remove it from the list of platforms, or build that binary without cgo",
		})
	}
}

// systemHint returns the architectures of a system, or the known systems.
func systemHint(os string) string {
	if archs := systems[os]; len(archs) > 0 {
		return "architectures for " + os + " are " + strings.Join(archs, ", ")
	}
	return "systems are linux, " + strings.Join(slices.Sorted(maps.Keys(systems)), ", ")
}

// otherPlatforms lists the platforms of systems.
func otherPlatforms() []string {
	var all []string
	for os, archs := range systems {
		for _, arch := range archs {
			all = append(all, os+"/"+arch)
		}
	}
	slices.Sort(all)
	return all
}

// onlyPrograms plans the programs for a system that no image is made for. The
// base, and what else an image has, do not matter.
func (p planning) onlyPrograms(binaries []plan.Binary, platform plan.Platform) plan.Image {
	binaries = named(binaries, platform)
	img := plan.Image{
		Platform: platform,
		Name:     fmt.Sprintf("put the programs together for %s", platform),
		At:       p.spans(mainLines(p.spec)...),
		Compile:  p.compile(binaries, platform),
	}
	for _, prog := range p.spec.Programs {
		out := p.install.named(prog, platform, p.errs)
		out.Binary = named([]plan.Binary{out.Binary}, platform)[0]
		img.Programs = append(img.Programs, out)
	}
	at := placing{spec: p.spec, platform: platform, epoch: p.args.epoch, errs: p.errs}
	tree := layout.New(step.Root(), layout.Owner{})
	s := plan.Step{ID: "compile", Name: fmt.Sprintf("name %s for %s", packageList(binaries), platform), At: img.Compile.At}
	img.Program = at.programs(tree, s, "the program", binaries...)
	img.Programs = at.others(tree, img.Programs)
	img.Binaries = p.exported(binaries, platform)
	return img
}

// named returns binaries with the names that the go command gives them on a
// system.
func named(all []plan.Binary, p plan.Platform) []plan.Binary {
	if p.OS != "windows" {
		return all
	}
	const suffix = ".exe"
	all = slices.Clone(all)
	for i, b := range all {
		all[i].Made = b.Made + suffix
		all[i].Path = strings.TrimSuffix(b.Path, suffix) + suffix
	}
	return all
}
