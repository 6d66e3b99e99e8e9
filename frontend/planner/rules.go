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
func (d *Decision) Mains(facts step.Facts) ([]string, error) {
	errs := copyOf(d.wrong)
	if !d.isImage() {
		return nil, errs.Err()
	}
	p := d.planning(Found{Facts: facts}, &errs)
	mains := packages{d.Project, facts, &errs}.mains(d.image)
	p.placing(plan.Platform{}).validateFiles()
	validateNamedFiles(d.image, facts, &errs)
	binaries := nameBinaries(d.Project, d.image, mains, &errs)
	if errs.Len() > 0 {
		return mainDirs(mains), errs.Err()
	}
	for _, platform := range d.Request.Platforms {
		p.placing(platform).place(plan.Image{Platform: platform, Compile: plan.Compile{Binaries: binaries}})
	}
	return mainDirs(mains), errs.Err()
}

// ImageSpec returns what holds for the image, as the spec says it: stamps are
// not replaced.
func (d *Decision) ImageSpec() *spec.Spec { return d.written }

// Vendored reports whether dependencies come from a vendor directory.
func (d *Decision) Vendored() bool { return d.modules.vendored }

// VendorHidden reports whether dependencies would come from a vendor directory
// if the ignore file did not hide it.
func (d *Decision) VendorHidden() bool {
	seen, ok := d.Project.WithHiddenVendor()
	return ok && !d.Spec.Modules.Mode.IsSet() && chooseVendored(d.Spec, seen, d.asked)
}

// Profiles returns the files by which the go command would optimise main
// packages by default: a build of Go 1.21 or newer looks for them.
func (d *Decision) Profiles(mains []string) []string {
	if pgo := d.written.Build.Pgo; pgo.IsSet() && pgo.Value != "auto" || !d.toolchain.atLeast("1.21") {
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
func (d *Decision) Go() project.Version {
	if isReference(d.Spec.Toolchain) {
		return project.Version{}
	}
	return d.asked
}

// NoteKinds returns the kinds of notes that matter for the base of the image.
func (d *Decision) NoteKinds() []string {
	var ignored diag.List
	return noteKinds(chooseBase(d.written, &ignored).ref, d.written)
}
