package gomod_test

import (
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/gomod"
)

// TestFind asks for packages of modules whose paths and directories are
// nested in each other, and compares the directories with the go command's.
func TestFind(t *testing.T) {
	var ambiguous int
	generate(t, func(t *testing.T, r *rand.Rand, seed int) bool {
		files, modules := nested(r)
		root := filepath.Join(t.TempDir(), "root")
		files.write(t, root)
		for _, importPath := range []string{"example.com/a", "example.com/a/svc", "example.com/a/svc/cmd", "example.com/a/svc/cmd/x", "example.com/ab"} {
			want, ok := directory(root, importPath)
			if !ok {
				continue
			}
			var dirs []string
			for _, p := range gomod.Find(modules, importPath, files.hasMod, files.hasGo) {
				dirs = append(dirs, p.Dir)
			}
			got := strings.Join(dirs, " ")
			if len(dirs) > 1 {
				got = "ambiguous import"
				ambiguous++
			}
			if got != want {
				t.Errorf("seed %d: %s is in %q, go: %q\n%v\n%s", seed, importPath, got, want, modules, files)
			}
		}
		return true
	})
	if ambiguous == 0 {
		t.Error("no import was ambiguous")
	}
}

// directory is where the go command finds a package, empty for nowhere.
func directory(root, importPath string) (string, bool) {
	out, stderr, err := goCommand(root, "off", "list", "-e", "-find", "-f", "{{.Dir}}\n{{with .Error}}{{.Err}}{{end}}", importPath)
	if err != nil {
		return stderr, false
	}
	dir, message, _ := strings.Cut(out, "\n")
	switch {
	case strings.Contains(message, "ambiguous import"):
		return "ambiguous import", true
	case dir == "":
		return "", true
	}
	rel, err := filepath.Rel(root, dir)
	return rel, err == nil
}

func (files tree) hasMod(dir string) bool {
	_, ok := files[path.Join(dir, gomod.ModFile)]
	return ok
}

func (files tree) hasGo(dir string) bool {
	for name := range files {
		if path.Dir(name) == dir && strings.HasSuffix(name, ".go") {
			return true
		}
	}
	return false
}

// nested makes a project of some modules: a workspace, or one whose others
// replace what the root requires.
func nested(r *rand.Rand) (tree, []gomod.Module) {
	files := tree{}
	var modules []gomod.Module
	paths := []string{"example.com/a", "example.com/a/svc", "example.com/a/svc/cmd", "example.com/ab"}
	r.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	for i, dir := range []string{".", "svc", "svc/cmd", "modules/svc"} {
		if i > 0 && r.IntN(2) == 0 {
			continue
		}
		files[path.Join(dir, "go.mod")] = "module " + paths[i] + "\n\ngo 1.21\n"
		if r.IntN(5) > 0 { // Else it is not of the project.
			modules = append(modules, gomod.Module{Path: paths[i], Dir: dir})
		}
	}
	for _, dir := range []string{".", "svc", "svc/cmd", "svc/cmd/x", "modules/svc", "modules/svc/cmd", "modules/svc/x", "cmd", "cmd/x", "x"} {
		if r.IntN(3) > 0 {
			files[path.Join(dir, "p.go")] = "package p\n"
		}
	}
	isRoot := func(m gomod.Module) bool { return m.Dir == "." }
	if r.IntN(2) == 0 || !slices.ContainsFunc(modules, isRoot) {
		files["go.work"] = "go 1.21\n"
		for _, m := range modules {
			files["go.work"] += "use ./" + m.Dir + "\n"
		}
		return files, modules
	}
	for _, m := range modules {
		if !isRoot(m) {
			files["go.mod"] += "require " + m.Path + " v0.0.0\nreplace " + m.Path + " => ./" + m.Dir + "\n"
		}
	}
	return files, modules
}

func TestPaths(t *testing.T) {
	m := gomod.Module{Path: "example.com/a/v2", Dir: "svc"}
	modules := []gomod.Module{m, {Path: "example.com/root", Dir: "."}}
	for dir, want := range map[string]string{"svc": "example.com/a/v2", "svc/cmd/x": "example.com/a/v2/cmd/x", "svcs/x": "example.com/root/svcs/x", ".": "example.com/root"} {
		owner, ok := gomod.Owner(modules, dir)
		if got := owner.ImportPath(dir); !ok || got != want {
			t.Errorf("%s has the import path %s, want %s", dir, got, want)
		}
	}
	if _, ok := gomod.Owner(modules[:1], "other"); ok {
		t.Error("a directory outside of all modules has a module")
	}
	if got := gomod.Longest("example.com/a/v2/x", []string{"example.com/a", "example.com/a/v2", "example.com/a/v2/xy"}); got != len("example.com/a/v2") {
		t.Errorf("the longest module path has %d bytes", got)
	}
}

func TestMain(m *testing.M) {
	// A project of the tests is no part of what surrounds it.
	os.Unsetenv("GOWORK")
	os.Exit(m.Run())
}
