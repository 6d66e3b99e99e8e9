package gohull

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gohull/gohull"

// allowed is the house's plan: what a package may import of the others. A name
// with /... stands for a package and all below it; an exact name comes before a
// pattern, and a longer pattern before a shorter one. Every package may import
// internal/..., as far as internal itself has a line for that.
//
// An arrow never points back: cmd -> frontend -> llb.
var allowed = map[string][]string{
	"cmd/gohull-frontend": {"frontend"},
	"cmd/gohull-step":     {"llb/step/run"},
	"frontend":            {"frontend/...", "llb", "llb/llbtext", "llb/plan", "llb/step"},
	"frontend/checkout":   {},
	"frontend/diag":       {},
	"frontend/dockerfile": {"frontend/diag"},
	"frontend/excerpt":    {"frontend/diag"},
	"frontend/goflag":     {"frontend/diag"},
	"frontend/graph":      {"llb/step"},
	"frontend/ignore":     {"frontend/diag"},
	"frontend/layout":     {"llb/plan", "llb/step"},
	"frontend/netenv":     {"frontend/diag"},
	"frontend/planner":    {"frontend/diag", "frontend/dockerfile", "frontend/goflag", "frontend/layout", "frontend/netenv", "frontend/project", "frontend/spec", "frontend/stamp", "llb/plan", "llb/step"},
	"frontend/project":    {"frontend/diag"},
	"frontend/question":   {"frontend/diag", "frontend/dockerfile", "frontend/excerpt", "frontend/graph", "frontend/netenv", "frontend/planner", "frontend/project", "frontend/rules", "frontend/spec", "llb/llbtext", "llb/plan", "llb/step"},
	"frontend/rules":      {"frontend/diag", "frontend/dockerfile", "frontend/goflag", "frontend/ignore", "frontend/project", "frontend/spec", "frontend/stamp", "llb/step"},
	"frontend/spec":       {"frontend/diag", "frontend/netenv"},
	"frontend/stamp":      {"frontend/diag"},
	"internal/...":        {"internal/..."},
	"internal/steptest":   {"llb/step/..."},
	"llb":                 {"llb/plan", "llb/step"},
	"llb/llbtext":         {},
	"llb/plan":            {},
	"llb/step":            {},
	"llb/step/run":        {"llb/step", "llb/step/..."},
	"llb/step/source/...": {"llb/step", "llb/step/source/...", "llb/step/image/inodes"},
	"llb/step/gocmd/...":  {"llb/step", "llb/step/gocmd/..."},
	"llb/step/fetch/...":  {"llb/step", "llb/step/fetch/...", "llb/step/gocmd/...", "llb/step/source/gofiles"},
	"llb/step/image/...":  {"llb/step", "llb/step/image/...", "llb/step/fetch/wire"},
	"llb/step/check/...":  {"llb/step", "llb/step/check/...", "llb/step/gocmd/...", "llb/step/fetch/wire", "llb/step/source/gofiles"},
}

// pure are the packages that need nothing but the standard library.
var pure = []string{"frontend/diag", "llb/plan", "llb/step"}

// without are packages that may not reach BuildKit's gateway, directly or
// not: they are functions of their arguments.
var without = []string{"frontend/checkout", "frontend/dockerfile", "frontend/excerpt", "frontend/goflag", "frontend/ignore", "frontend/netenv", "frontend/planner", "frontend/project", "frontend/question", "frontend/rules", "frontend/spec", "frontend/stamp", "llb/plan"}

const gateway = "github.com/moby/buildkit/frontend/gateway"

// answers are BuildKit's formats of answers. They name the type of a result of
// the gateway, and talk to nothing: what they import does not count.
const answers = "github.com/moby/buildkit/frontend/subrequests"

func TestImports(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{join .Imports \" \"}}", "./...") {
		pkg, imports := own(line)
		want, ok := mayImport(pkg)
		if !ok {
			if pkg != "" {
				t.Errorf("%s is not in the table: give it a place in the house", pkg)
			}
			continue
		}
		if !strings.HasPrefix(pkg, "internal/") {
			want = append(slices.Clone(want), "internal/...")
		}
		for _, path := range imports {
			if !slices.ContainsFunc(want, func(pattern string) bool { return matches(pattern, path) }) {
				t.Errorf("%s may not import %s", pkg, path)
			}
		}
	}
}

// mayImport returns what a package may import, and false if no line is about it.
func mayImport(pkg string) ([]string, bool) {
	if want, ok := allowed[pkg]; ok {
		return want, true
	}
	best := ""
	for pattern := range allowed {
		if matches(pattern, pkg) && len(pattern) > len(best) {
			best = pattern
		}
	}
	return allowed[best], best != ""
}

// matches reports whether a pattern of the table stands for a package.
func matches(pattern, pkg string) bool {
	room, below := strings.CutSuffix(pattern, "/...")
	return pkg == room || below && strings.HasPrefix(pkg, room+"/")
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
	imports := map[string][]string{}
	for _, line := range golist(t, "{{.ImportPath}} {{join .Imports \" \"}}", "-deps", "./...") {
		fields := strings.Fields(line)
		imports[fields[0]] = fields[1:]
	}
	for _, pkg := range without {
		if path := toGateway(module+"/"+pkg, imports, map[string]bool{}); path != nil {
			t.Errorf("%s reaches the gateway: %s", pkg, strings.Join(path, " imports "))
		}
	}
	if toGateway(module+"/frontend", imports, map[string]bool{}) == nil {
		t.Error("the test does not find that frontend reaches the gateway")
	}
}

// toGateway returns the packages by which pkg reaches the gateway; nil if it
// does not.
func toGateway(pkg string, imports map[string][]string, seen map[string]bool) []string {
	switch {
	case strings.HasPrefix(pkg, gateway):
		return []string{pkg}
	case seen[pkg], strings.HasPrefix(pkg, answers):
		return nil
	}
	seen[pkg] = true
	for _, next := range imports[pkg] {
		if path := toGateway(next, imports, seen); path != nil {
			return append([]string{pkg}, path...)
		}
	}
	return nil
}

// TestStepProgram: the key of every step has the content of gohull-step, so it
// may contain nothing of the frontend and of BuildKit. Otherwise each release
// would run all steps again.
func TestStepProgram(t *testing.T) {
	deps := golist(t, "{{join .Deps \"\\n\"}}", "./cmd/gohull-step")
	for _, other := range []string{module + "/frontend", module + "/llb/plan", "github.com/moby/buildkit"} {
		for _, dep := range deps {
			if dep == other || strings.HasPrefix(dep, other+"/") {
				t.Errorf("cmd/gohull-step reaches %s", dep)
			}
		}
	}
	if !slices.Contains(deps, module+"/llb/step/run") {
		t.Errorf("llb/step/run is missing from the list: %q", deps)
	}
}

// TestGoroutines forbids goroutines whose panic would end the program before
// it can report it: all of them start in internal/safe.
func TestGoroutines(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{.Dir}} {{join .GoFiles \" \"}}", "./...") {
		fields := strings.Fields(line)
		if fields[0] == module+"/internal/safe" {
			continue
		}
		for _, name := range fields[2:] {
			for _, found := range unguarded(t, filepath.Join(fields[1], name)) {
				t.Errorf("%s; use internal/safe", found)
			}
		}
	}
}

// unguarded lists what starts goroutines in a Go file, with its place.
func unguarded(t *testing.T, name string) (found []string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		what := ""
		switch n := n.(type) {
		case *ast.GoStmt:
			what = "a go statement"
		case *ast.ImportSpec:
			if strings.HasSuffix(n.Path.Value, `/errgroup"`) {
				what = "the package errgroup"
			}
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "sync" && n.Sel.Name == "WaitGroup" {
				what = "sync.WaitGroup"
			}
		}
		if what != "" {
			found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), what))
		}
		return true
	})
	return found
}

// TestGoroutinesAreFound has a file with each of them.
func TestGoroutinesAreFound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.go")
	text := "package x\nimport \"golang.org/x/sync/errgroup\"\nvar wg sync.WaitGroup\nfunc f() { go f() }\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := unguarded(t, name); len(found) != 3 {
		t.Errorf("found %q", found)
	}
}

// TestLogsAreVisible forbids to print past internal/visible: foreign text
// could act on a terminal. Only cmd has the streams of the process.
func TestLogsAreVisible(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{.Dir}} {{join .GoFiles \" \"}}", "./frontend/...", "./llb/...", "./internal/...") {
		fields := strings.Fields(line)
		for _, name := range fields[2:] {
			data, err := os.ReadFile(filepath.Join(fields[1], name))
			if err != nil {
				t.Fatal(err)
			}
			for _, stream := range []string{"os.Stdout", "os.Stderr", "fmt.Print(", "fmt.Println(", "fmt.Printf("} {
				if strings.Contains(string(data), stream) {
					t.Errorf("%s uses %s; take a writer as an argument", filepath.Join(fields[0], name), stream)
				}
			}
		}
	}
}

// TestReadsRegularFiles forbids steps to read files past internal/regular: one
// of a build context may be a pipe, a device, or without end.
func TestReadsRegularFiles(t *testing.T) {
	for _, line := range golist(t, "{{.ImportPath}} {{.Dir}} {{join .GoFiles \" \"}}", "./llb/step/...", "./internal/...", "./cmd/...") {
		fields := strings.Fields(line)
		if slices.Contains([]string{"internal/golden", "internal/regular", "internal/steptest"}, strings.TrimPrefix(fields[0], module+"/")) {
			continue
		}
		for _, name := range fields[2:] {
			data, err := os.ReadFile(filepath.Join(fields[1], name))
			if err != nil {
				t.Fatal(err)
			}
			for text := range strings.Lines(string(data)) {
				unbounded := strings.Contains(text, "io.ReadAll(") && !strings.Contains(text, "io.LimitReader(") && !strings.Contains(text, "body)")
				reads := strings.Contains(text, "os.ReadFile(") || strings.Contains(text, "fs.ReadFile(") && !strings.Contains(text, "(proc,") || strings.Contains(text, "os.Open(")
				if unbounded || reads {
					t.Errorf("%s: %s; use internal/regular", filepath.Join(fields[0], name), strings.TrimSpace(text))
				}
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

func golist(t *testing.T, format string, patterns ...string) []string {
	out, err := exec.Command("go", append([]string{"list", "-f", format}, patterns...)...).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", patterns, err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
