package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// StepKind is a kind of step. Steps of one kind share an ID.
type StepKind struct {
	ID          string // as --no-cache-filter takes it
	Description string
}

// stepKinds are those of a build without checks, in their order. A new one is a
// row here.
var stepKinds = []StepKind{
	{"scan", "finds the packages of the context"},
	{"source", "picks the files that the binaries are made of"},
	{"toolchain", "downloads Go through the module proxy, or copies what compiles need of its image"},
	{"modules", "downloads the modules that the source imports"},
	{"objects", "makes packs: compiled packages that travel with the cache"},
	{"compile", "compiles the binaries"},
	{"program", "builds Delve, govulncheck, Go's tool for coverage profiles, a program of another module that `main` names, or the tool of `build.toolexec`"},
	{"rootfs", "adds what `base: scratch` contains: CA certificates, time zones, users"},
	{"resolve", "finds which packages of the distribution `run.packages` adds to the base"},
	{"packages", "downloads the packages of `run.packages`, and adds them to the base"},
	{"look", "looks at what the base has where files will go, and what other images and stages have that `run.files` copies"},
	{"users", "adds what `run.users` and `run.groups` name to the base's users and groups"},
	{"dirs", "makes directories and symlinks: those of `run.files`, and volumes, home directories and the working directory if the base does not have them"},
	{"files", "copies and downloads what `run.files` names"},
	{"capabilities", "gives the program the capabilities of `run.capabilities`"},
	{"libraries", "checks that the image has what dynamically linked binaries need: the dynamic linker and libraries"},
	{"sbom", "makes the SBOM"},
	{"reproduce", "compares two compiles"},
	{"binary", "gives the binaries as files, with their checksums"},
	{"generate", "runs generators before the build"},
	{"skeleton", "picks what checks of modules read"},
	{"gofiles", "picks the Go files that the check `fmt` reads"},
	{"vulndb", "looks up known vulnerabilities of the modules"},
}

// StepKinds lists the kinds of steps, in the order that a build has them.
func StepKinds() []StepKind {
	all := slices.Clone(stepKinds)
	for _, c := range checks {
		if c.does != "" {
			all = append(all, StepKind{"check-" + c.name, c.does})
		}
	}
	return all
}

// stepNames returns the names that --no-cache-filter takes for steps.
func stepNames() []string {
	var names []string
	for _, k := range StepKinds() {
		names = append(names, k.ID)
	}
	return names
}

// validateFilters reports steps and stages that are to run without cache
// and that no build has.
func validateFilters(uncached []string, s *spec.Spec, errs *diag.List) {
	known := append(stepNames(), stageNames(s)...)
	for _, name := range uncached {
		id, _, isOfPackage := strings.Cut(name, ":")
		if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) || isOfPackage && hasGroups(id) {
			continue
		}
		d := diag.Diagnostic{
			At:      diag.Range{File: "--no-cache-filter " + name},
			Message: "unknown step or stage " + strconv.Quote(name),
			Hint:    "known are " + strings.Join(known, ", "),
		}
		errs.Add(withClosest(d, name, known))
	}
}
