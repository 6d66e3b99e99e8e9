package gohull

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gohull/gohull"

// allowed is the house's plan: what each package may import of the others.
// An arrow never points back: cmd -> frontend -> llb.
var allowed = map[string][]string{
	"cmd/gohull-frontend": {"frontend", "llb/tool", "llb/tool/binaries", "llb/tool/checks", "llb/tool/closure", "llb/tool/compare", "llb/tool/gocmd", "llb/tool/libraries", "llb/tool/modules", "llb/tool/objects", "llb/tool/overlay", "llb/tool/program", "llb/tool/rootfs", "llb/tool/sbom", "llb/tool/scan", "llb/tool/tests", "llb/tool/toolchain", "llb/tool/vuln"},
	"frontend":            {"frontend/checkout", "frontend/diag", "frontend/graph", "frontend/planner", "frontend/project", "frontend/rules", "frontend/spec", "llb", "llb/llbtext", "llb/plan", "llb/tool"},
	"frontend/checkout":   {},
	"frontend/diag":       {},
	"frontend/graph":      {"llb/tool"},
	"frontend/planner":    {"frontend/diag", "frontend/project", "frontend/spec", "frontend/stamp", "llb/plan", "llb/tool"},
	"frontend/project":    {"frontend/diag"},
	"frontend/rules":      {"frontend/diag", "frontend/project", "frontend/spec", "llb/tool"},
	"frontend/spec":       {"frontend/diag"},
	"frontend/stamp":      {"frontend/diag"},
	"llb":                 {"llb/plan", "llb/tool"},
	"llb/golden":          {},
	"llb/llbtext":         {},
	"llb/plan":            {},
	"llb/tool":            {},
	"llb/tool/binaries":   {"llb/tool", "llb/tool/mtime"},
	"llb/tool/certs":      {},
	"llb/tool/checks":     {"llb/tool", "llb/tool/gocmd", "llb/tool/gofiles", "llb/tool/mtime"},
	"llb/tool/closure":    {"llb/tool", "llb/tool/gofiles", "llb/tool/links", "llb/tool/mtime"},
	"llb/tool/compare":    {"llb/tool"},
	"llb/tool/failure":    {"llb/tool"},
	"llb/tool/gocmd":      {"llb/tool", "llb/tool/certs", "llb/tool/failure", "llb/tool/mtime"},
	"llb/tool/gofiles":    {},
	"llb/tool/libraries":  {"llb/tool", "llb/tool/links"},
	"llb/tool/links":      {},
	"llb/tool/modules":    {"llb/tool", "llb/tool/failure", "llb/tool/gocmd", "llb/tool/gofiles", "llb/tool/mtime"},
	"llb/tool/mtime":      {},
	"llb/tool/objects":    {"llb/tool", "llb/tool/gocmd", "llb/tool/mtime"},
	"llb/tool/overlay":    {},
	"llb/tool/program":    {"llb/tool", "llb/tool/gocmd", "llb/tool/mtime"},
	"llb/tool/rootfs":     {"llb/tool", "llb/tool/certs", "llb/tool/mtime"},
	"llb/tool/sbom":       {"llb/tool"},
	"llb/tool/scan":       {"llb/tool", "llb/tool/gofiles", "llb/tool/links"},
	"llb/tool/steptest":   {"llb/tool", "llb/tool/gocmd"},
	"llb/tool/tests":      {"llb/tool", "llb/tool/gocmd", "llb/tool/mtime"},
	"llb/tool/toolchain":  {"llb/tool", "llb/tool/mtime", "llb/tool/wire"},
	"llb/tool/vuln":       {"llb/tool", "llb/tool/gocmd", "llb/tool/mtime", "llb/tool/wire"},
	"llb/tool/wire":       {"llb/tool/certs"},
}

// pure are the packages that need nothing but the standard library.
var pure = []string{"frontend/diag", "llb/plan", "llb/tool"}

// without are packages that may not reach BuildKit's gateway, directly or
// not: they are functions of their arguments.
var without = []string{"frontend/checkout", "frontend/planner", "frontend/project", "frontend/rules", "frontend/spec", "frontend/stamp", "llb/plan"}

const gateway = "github.com/moby/buildkit/frontend/gateway"

func TestImports(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{join .Imports \" \"}}", "./...") {
		pkg, imports := own(line)
		want, ok := allowed[pkg]
		if !ok {
			if pkg != "" {
				t.Errorf("%s is not in the table: give it a place in the house", pkg)
			}
			continue
		}
		for _, path := range imports {
			if !slices.Contains(want, path) {
				t.Errorf("%s may not import %s", pkg, path)
			}
		}
	}
}

func TestPurePackages(t *testing.T) {
	for _, pkg := range pure {
		for _, line := range golist(t, "{{join .Imports \"\\n\"}}", "./"+pkg) {
			if first, _, _ := strings.Cut(line, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s, and may import the standard library only", pkg, line)
			}
		}
	}
}

func TestPlanningReachesNoGateway(t *testing.T) {
	for _, pkg := range without {
		for _, dep := range golist(t, "{{join .Deps \"\\n\"}}", "./"+pkg) {
			if strings.HasPrefix(dep, gateway) {
				t.Errorf("%s reaches %s", pkg, dep)
			}
		}
	}
}

// own gives a package and its imports, those of this module only, without the
// module's path.
func own(line string) (string, []string) {
	var paths []string
	for _, path := range strings.Fields(line) {
		if path == module || strings.HasPrefix(path, module+"/") {
			paths = append(paths, strings.TrimPrefix(strings.TrimPrefix(path, module), "/"))
		}
	}
	return paths[0], paths[1:]
}

func golist(t *testing.T, format, pattern string) []string {
	out, err := exec.Command("go", "list", "-f", format, pattern).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pattern, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
