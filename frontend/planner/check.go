package planner

import (
	"path"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// What the rules of --check ask of a decision.

// Mains returns the directories of the main packages that are built. It finds
// all errors that can be found without looking up images. A check of the whole
// project needs no main package.
func (c Decision) Mains(facts step.Facts) ([]string, error) {
	errs := copyOf(c.wrong)
	if !c.ofImage() {
		return nil, errs.Err()
	}
	d := draft{Decision: c, found: Found{Facts: facts}, errs: &errs}
	mains := packages{d.Project, facts, d.errs}.mains(d.image)
	d.validateFiles()
	binaries := d.binaries(mains)
	for _, p := range d.Request.Platforms {
		d.layOut(plan.Image{Platform: p, Compile: plan.Compile{Binaries: binaries}}, p)
	}
	return dirs(mains), errs.Err()
}

// ImageSpec returns what holds for the image, as the spec says it: stamps are
// not replaced.
func (c Decision) ImageSpec() *spec.Spec { return c.written }

// Vendored reports whether dependencies come from a vendor directory.
func (c Decision) Vendored() bool { return c.vendored }

// VendorHidden reports whether dependencies would come from a vendor directory
// if the ignore file did not hide it.
func (c Decision) VendorHidden() bool {
	seen, ok := c.Project.WithHiddenVendor()
	return ok && !c.Spec.Modules.Mode.IsSet() && chooseVendored(c.Spec, seen, c.asked)
}

// Profiles returns the files by which the go command would optimise main
// packages without being told: a build of Go 1.21 or newer looks for them.
func (c Decision) Profiles(mains []string) []string {
	if pgo := c.written.Build.Pgo; pgo.IsSet() && pgo.Value != "auto" || !c.atLeast("1.21") {
		return nil
	}
	var names []string
	for _, dir := range mains {
		names = append(names, path.Join(dir, "default.pgo"))
	}
	return names
}

// Go returns the version of Go that the input asks for, whatever a lock has for
// it. It is not set if only the toolchain's image knows.
func (c Decision) Go() project.Version {
	if isReference(c.Spec.Toolchain) {
		return project.Version{}
	}
	return c.asked
}

// Lacking returns the kinds of notes that matter for the base of the image.
func (c Decision) Lacking() []string {
	var ignored diag.List
	return lackingOf(chooseBase(c.written, &ignored).ref, c.written)
}
