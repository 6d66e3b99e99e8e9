package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
)

// Kind is a kind of step. Steps of one kind share an ID.
type Kind struct {
	ID          string // as --no-cache-filter takes it
	Description string
}

// Kinds lists the kinds of steps, in the order that a build has them.
func Kinds() []Kind {
	return []Kind{
		{"scan", "finds the packages that there are"},
		{"source", "picks the files that the binaries are made of"},
		{"toolchain", "fetches Go through the module proxy"},
		{"modules", "fetches the modules that the source imports"},
		{"objects", "compiles packages that travel with the cache"},
		{"compile", "makes the binaries"},
		{"program", "builds Delve or govulncheck"},
		{"rootfs", "adds what an image from scratch has beside them"},
		{"look", "finds out what the base has where files of the image go"},
		{"dirs", "makes `run.volumes` and `run.workdir` where the base has none"},
		{"files", "copies what `run.files` names"},
		{"libraries", "checks that the image has what dynamically linked binaries need: the dynamic linker and libraries"},
		{"sbom", "lists what the binaries are made of"},
		{"reproduce", "compares two builds"},
		{"binary", "lists the checksums of the binaries"},
		{"skeleton", "picks what checks of modules need"},
		{"check-tidy", "holds go.mod and go.sum against what `go mod tidy` makes"},
		{"check-verify", "holds modules against the checksums of go.sum"},
		{"check-vendor", "holds the vendor folder against what the go command makes"},
		{"check-vet", "runs `go vet`"},
		{"check-test", "runs the tests"},
		{"check-generate", "holds files against what their generators make"},
		{"generate", "runs generators before the build"},
		{"vulndb", "looks up known vulnerabilities of the modules"},
		{"check-vuln", "runs govulncheck"},
	}
}

// validateFilters reports steps that are to run without cache and that no
// build has.
func validateFilters(uncached []string, errs *diag.List) {
	var known []string
	for _, k := range Kinds() {
		known = append(known, k.ID)
	}
	for _, name := range uncached {
		if slices.ContainsFunc(known, func(id string) bool { return strings.EqualFold(id, name) }) {
			continue
		}
		d := diag.Diagnostic{
			At:      diag.Range{File: "--no-cache-filter " + name},
			Message: "there is no step " + strconv.Quote(name),
			Hint:    "there are " + strings.Join(known, ", "),
		}
		errs.Add(withClosest(d, name, known))
	}
}
