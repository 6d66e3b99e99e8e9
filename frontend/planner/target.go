package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
)

// Target is what a build can be for.
type Target struct {
	Name        string // as --target takes it
	Description string
	Default     bool // whether it is built when none is asked for
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
	ReportTarget  = "test-report"
	LockTarget    = "lock"
	// ReproduceTarget fails where a second compile gives something else.
	ReproduceTarget = "reproduce"
)

// Targets lists the targets, the default one first.
func Targets() []Target {
	return []Target{
		{Name: ImageTarget, Description: "the image", Default: true},
		{Name: BinaryTarget, Description: "the binaries alone, as files, with a SHA256SUMS"},
		{Name: ObjectsTarget, Description: "the compiled packages of this build, for `--build-context gocache=…` to start another builder from"},
		{Name: SBOMTarget, Description: "the SBOM alone, as a file"},
		{Name: ReproduceTarget, Description: "the checksums of the binaries, which are compiled twice with no cache; it fails where they differ, and says in what"},
		{Name: TidyTarget, Description: "go.mod and go.sum as `go mod tidy` leaves them, as files"},
		{Name: VendorTarget, Description: "the vendor folder as `go mod vendor` or `go work vendor` makes it"},
		{Name: VerifyTarget, Description: "nothing: the check `verify` by itself"},
		{Name: VetTarget, Description: "nothing: the check `vet` by itself"},
		{Name: TestTarget, Description: "the tests by themselves, and their reports as files when they pass"},
		{Name: ReportTarget, Description: "the tests' reports, also of tests that fail"},
		{Name: LockTarget, Description: "the lock, as a file"},
	}
}

// TargetOf is the target of a request that asks for one that there is.
func TargetOf(req Request) Target {
	all := Targets()
	i := slices.IndexFunc(all, func(t Target) bool { return t.Name == req.Target })
	return all[max(i, 0)]
}

// checkTarget finds a target that there is not.
func checkTarget(name string, errs *diag.List) {
	var known []string
	for _, t := range Targets() {
		if t.Name == name || name == "" {
			return
		}
		known = append(known, t.Name)
	}
	d := diag.Diagnostic{
		At:      diag.Range{File: "--target " + name},
		Message: "there is no target " + strconv.Quote(name),
		Hint:    "there are " + strings.Join(known, ", "),
	}
	errs.Add(withNearMiss(d, name, known))
}
