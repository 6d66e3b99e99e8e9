package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// Target is what a build can be for.
type Target struct {
	Name        string // as --target takes it
	Description string
	Default     bool // whether it is built when none is asked for
	OfImage     bool // whether it is of an image, and each of several has it

	output  plan.Output // what is made of an image
	checked bool        // whether it depends on the checks of the spec
}

// imageTargets are the targets of each image, the default one first. A new one
// is a row here.
var imageTargets = []Target{
	{Name: ImageTarget, Description: "the image", Default: true, checked: true},
	{Name: binaryTarget, output: plan.OutputBinaries, checked: true, Description: "the binaries alone, as files, with a SHA256SUMS"},
	{Name: debugTarget, Description: "the image with Delve, which starts the program and waits for a debugger; the program is compiled for debugging"},
	{Name: objectsTarget, output: plan.OutputObjects, Description: "the compiled packages of this build, for `--build-context gocache=…` to start another builder from"},
	{Name: SBOMTarget, output: plan.OutputSBOM, Description: "the SBOM alone, as a file"},
	{Name: packagesTarget, output: plan.OutputPackages, Description: "the archives of the packages that `run.packages` adds and that C is compiled with, for `--build-context packages=…` to build without their repositories"},
	{Name: "reproduce", output: plan.OutputChecksums, Description: "the checksums of the binaries, which are compiled twice with no cache; it fails if they differ, and says where"},
}

// Names of targets that decisions depend on.
const (
	ImageTarget    = "image"
	binaryTarget   = "binary"
	debugTarget    = "debug"
	objectsTarget  = "gocache"
	SBOMTarget     = "sbom"
	packagesTarget = "packages"
	LockTarget     = "lock"
)

// Targets lists the targets, the default one first.
func Targets() []Target {
	var all []Target
	for _, t := range imageTargets {
		t.OfImage = true
		all = append(all, t)
	}
	for _, c := range checks {
		all = append(all, Target{Name: c.name, Description: c.gives})
	}
	return append(all, Target{Name: LockTarget, Description: "the lock, as a file"})
}

// imageTarget returns the row of an image's target; without a name, that of the
// default one. It is zero for the targets of the project: the checks and the lock.
func imageTarget(name string) Target {
	if name == "" {
		return imageTargets[0]
	}
	i := slices.IndexFunc(imageTargets, func(t Target) bool { return t.Name == name })
	if i < 0 {
		return Target{}
	}
	return imageTargets[i]
}

// output returns what is made of the image.
func (d *Decision) output() plan.Output { return imageTarget(d.Target).output }

// hasRoot reports whether the target has a root file system.
func (d *Decision) hasRoot() bool {
	t := imageTarget(d.Target)
	return t.Name != "" && t.output == plan.OutputImage
}

// checked reports whether the target depends on the checks of the spec.
func (d *Decision) checked() bool { return imageTarget(d.Target).checked }

// TargetsOf lists the targets of a file: those of its images by name, where it
// makes several, and those that every file has.
func TargetsOf(s *spec.Spec) []Target {
	if len(s.Images) == 0 {
		return Targets()
	}
	var all []Target
	for _, name := range imageNames(s) {
		all = append(all, Target{Name: name, Description: "the image " + name, Default: len(s.Images) == 1, OfImage: true})
	}
	all = append(all, Target{Name: AllTarget, Description: "all images, each in a directory of its name"})
	for _, t := range Targets() {
		t.Default = false
		if t.OfImage {
			t.Description += "; of one image as NAME/" + t.Name
		}
		all = append(all, t)
	}
	return all
}

// TargetOf returns the target of a file that has a name; without a name, the
// default target.
func TargetOf(s *spec.Spec, name string) Target {
	all := TargetsOf(s)
	if i := slices.IndexFunc(all, func(t Target) bool { return t.Name == name }); i >= 0 {
		return all[i]
	}
	if image, kind, ok := strings.Cut(name, "/"); ok {
		return Target{Name: name, Description: kind + " of " + image}
	}
	return all[max(slices.IndexFunc(all, func(t Target) bool { return t.Default }), 0)]
}

// IsImage reports whether the image itself is wanted.
func (d *Decision) IsImage() bool { return d.Target == "" || d.Target == ImageTarget }

// kindNames returns the names of Targets.
func kindNames() []string {
	var names []string
	for _, t := range Targets() {
		names = append(names, t.Name)
	}
	return names
}

// validateTarget reports an unknown target. The empty target is valid.
func validateTarget(name string, known []string, errs *diag.List) {
	if name == "" || slices.Contains(known, name) {
		return
	}
	plain := slices.DeleteFunc(slices.Clone(known), func(n string) bool { return strings.Contains(n, "/") })
	d := diag.Diagnostic{
		At:      diag.Range{File: "--target " + name},
		Message: "unknown target " + strconv.Quote(name),
		Hint:    "known are " + strings.Join(plain, ", "),
	}
	errs.Add(withClosest(d, name, known))
}
