package planner

import (
	"path"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// Mains gives the folders of the main packages that a build of in is for. It
// finds all errors that can be found without looking up images; its error is
// a diag.Errors. A target of the whole project needs no main package.
func Mains(in Input, facts step.Facts) ([]string, error) {
	c, errs := choose(in)
	d := draft{choices: c, answers: Answers{Facts: facts}, errs: &errs}
	if !c.ofImage() {
		return nil, errs.Err()
	}
	mains := packages{d.Project, facts, d.errs}.mains(d.Spec)
	d.checkFiles()
	binaries := d.binaries(mains)
	for _, p := range d.Request.Platforms {
		d.layOut(plan.Image{Platform: p, Compile: plan.Compile{Binaries: binaries}}, p)
	}
	return dirs(mains), errs.Err()
}

// VendorHidden reports whether dependencies would come from a vendor directory
// if the ignore file did not hide it.
func VendorHidden(in Input) bool {
	seen, ok := in.Project.WithHiddenVendor()
	if !ok || in.Spec.Modules.Mode.IsSet() {
		return false
	}
	in.Project = seen
	return Vendored(in)
}

// Profiles gives the files by which the go command would optimise main
// packages without being told: a build of Go 1.21 or newer looks for them.
func Profiles(in Input, mains []string) []string {
	c, _ := choose(in)
	if pgo := c.Spec.Build.Pgo; pgo.IsSet() && pgo.Value != "auto" || !c.atLeast("1.21") {
		return nil
	}
	var names []string
	for _, dir := range mains {
		names = append(names, path.Join(dir, "default.pgo"))
	}
	return names
}

// Vendored reports whether dependencies come from a vendor folder.
func Vendored(in Input) bool {
	c, _ := choose(in)
	return c.vendored
}

// GoVersion is the Go that the input asks for, whatever a lock has for it; not
// set when only the toolchain's image knows.
func GoVersion(in Input) project.Version {
	if isReference(in.Spec.Find(in.Image).Toolchain) {
		return project.Version{}
	}
	in.Lock = nil
	c, _ := choose(in)
	return c.version
}
