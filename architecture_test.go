package gohull

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
)

// maps are the pages that lead through the code.
var maps = []string{"docs/architecture.md", "CONTRIBUTING.md"}

var (
	// inRepository is a path of the repository, with * for parts of names.
	inRepository = regexp.MustCompile("(?:^|[\\s`(])((?:cmd|frontend|llb|internal|hack|docs|examples)/[\\w.*/-]*[\\w*])")
	rootFile     = regexp.MustCompile("`(\\w+_test\\.go|go\\.mod)`")
	testName     = regexp.MustCompile("`(Test\\w+)`")
	declared     = regexp.MustCompile("`([a-z][a-z0-9]*)\\.([A-Z]\\w*)`")
)

// TestMapsAreTrue checks that each path, each exported name of a package and
// each test that a page mentions exists. Decisions may also mention packages
// that are not ours.
func TestMapsAreTrue(t *testing.T) {
	names, tests := exported(t), testNames(t)
	decisions, err := filepath.Glob("docs/decisions/*.md")
	if err != nil || len(decisions) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	for _, page := range slices.Concat(maps, decisions) {
		text := read(t, page)
		for _, m := range slices.Concat(inRepository.FindAllStringSubmatch(text, -1), rootFile.FindAllStringSubmatch(text, -1)) {
			if found, err := filepath.Glob(m[1]); err != nil || len(found) == 0 {
				t.Errorf("%s mentions %s, and there is no such file: write where it is now", page, m[1])
			}
		}
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s mentions %s, and there is no such test: write its new name", page, m[1])
			}
		}
		for _, m := range declared.FindAllStringSubmatch(text, -1) {
			if !names[m[1]+"."+m[2]] && (names[m[1]] || slices.Contains(maps, page)) {
				t.Errorf("%s mentions %s.%s, and no package has it: write its new name", page, m[1], m[2])
			}
		}
	}
}

// exported returns the names of all packages, as "planner", and those that they
// declare, as "planner.Decide".
func exported(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, name := range goFiles(t) {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name.Name] = true
		for _, d := range f.Decls {
			for _, id := range declaredBy(d) {
				all[f.Name.Name+"."+id] = true
			}
		}
	}
	return all
}

// declaredBy returns the names that a declaration gives to a package.
func declaredBy(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					names = append(names, id.Name)
				}
			}
		}
		return names
	}
	return nil
}

// TestStepTable checks that the table in docs/architecture.md has each kind of
// step, and the package below llb/step that runs in it.
func TestStepTable(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "docs/architecture.md"), "\n| step |")
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for _, row := range strings.Split(table, "\n")[2:] {
		first, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
		for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(first, -1) {
			listed[m[1]] = true
		}
		if dir := regexp.MustCompile("`(llb/step/[\\w/]+)` \\|$").FindStringSubmatch(row); dir != nil {
			if info, err := os.Stat(path.Clean(dir[1])); err != nil || !info.IsDir() {
				t.Errorf("docs/architecture.md: %s is not a directory", dir[1])
			}
		} else if !strings.HasSuffix(row, "| BuildKit copies |") {
			t.Errorf("docs/architecture.md: this row names no package below llb/step:\n%s", row)
		}
	}
	for _, k := range planner.StepKinds() {
		if !listed[k.ID] {
			t.Errorf("docs/architecture.md: the table of steps has no `%s`", k.ID)
		}
	}
}
