package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// Target is what a build can be for.
type Target struct {
	Name        string // as --target takes it
	Description string
	Default     bool // whether it is built when none is asked for
	OfImage     bool // whether it is of an image, and each of several has it
}

// Names of targets.
const (
	ImageTarget   = "image"
	BinaryTarget  = "binary"
	ObjectsTarget = "gocache"
	SBOMTarget    = "sbom"
	TidyTarget    = "tidy"
	VendorTarget  = "vendor"
	VerifyTarget  = "verify"
	VetTarget     = "vet"
	TestTarget    = "test"
	VulnTarget    = "vuln"
	ReportTarget  = "test-report"
	LockTarget    = "lock"
	DebugTarget   = "debug"
	// GenerateTarget is what generators make.
	GenerateTarget = "generate"
	// ReproduceTarget fails where a second compile gives something else.
	ReproduceTarget = "reproduce"
)

// Targets lists the targets, the default one first.
func Targets() []Target {
	return []Target{
		{Name: ImageTarget, Description: "the image", Default: true, OfImage: true},
		{Name: BinaryTarget, OfImage: true, Description: "the binaries alone, as files, with a SHA256SUMS"},
		{Name: DebugTarget, OfImage: true, Description: "the image with a Delve in it, which starts the program, compiled to be debugged, and waits for a debugger"},
		{Name: ObjectsTarget, OfImage: true, Description: "the compiled packages of this build, for `--build-context gocache=…` to start another builder from"},
		{Name: SBOMTarget, OfImage: true, Description: "the SBOM alone, as a file"},
		{Name: ReproduceTarget, OfImage: true, Description: "the checksums of the binaries, which are compiled twice with no cache; it fails where they differ, and says in what"},
		{Name: TidyTarget, Description: "go.mod and go.sum as `go mod tidy` leaves them, as files"},
		{Name: VendorTarget, Description: "the vendor folder as `go mod vendor` or `go work vendor` makes it"},
		{Name: VerifyTarget, Description: "nothing: the check `verify` by itself"},
		{Name: VetTarget, Description: "nothing: the check `vet` by itself"},
		{Name: TestTarget, Description: "the tests by themselves, and their reports as files when they pass"},
		{Name: ReportTarget, Description: "the tests' reports, also of tests that fail"},
		{Name: GenerateTarget, Description: "the files that the `//go:generate` lines of the project make otherwise than they are"},
		{Name: VulnTarget, Description: "nothing: the check `vuln` by itself"},
		{Name: LockTarget, Description: "the lock, as a file"},
	}
}

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
	all = append(all, Target{Name: AllTarget, Description: "all images, each in a folder of its name"})
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

// IsImage reports whether a target of Images is the image itself.
func IsImage(kind string) bool { return kind == "" || kind == ImageTarget }

// kindNames are the names of Targets.
func kindNames() []string {
	var names []string
	for _, t := range Targets() {
		names = append(names, t.Name)
	}
	return names
}

// validateTarget finds a target that there is not. No target is one.
func validateTarget(name string, known []string, errs *diag.List) {
	if name == "" || slices.Contains(known, name) {
		return
	}
	plain := slices.DeleteFunc(slices.Clone(known), func(n string) bool { return strings.Contains(n, "/") })
	d := diag.Diagnostic{
		At:      diag.Range{File: "--target " + name},
		Message: "there is no target " + strconv.Quote(name),
		Hint:    "there are " + strings.Join(plain, ", "),
	}
	errs.Add(withClosest(d, name, known))
}

// hasRoot reports whether the target has a root file system.
func (d *Decision) hasRoot() bool {
	none := []string{BinaryTarget, ObjectsTarget, SBOMTarget, ReproduceTarget, LockTarget}
	return !slices.Contains(none, d.Target) && d.ofImage()
}
