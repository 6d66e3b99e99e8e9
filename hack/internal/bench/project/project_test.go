package project

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// layers is the project in testdata, without the files that are named.
func layers(t *testing.T, without ...string) Project {
	t.Helper()
	dir := t.TempDir()
	archive, err := txtar.ParseFile("testdata/layers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range without {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Open(t.Context(), dir, []string{"./cmd/layers"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlaces(t *testing.T) {
	want := map[Kind]string{
		Readme:     "README.md",
		Test:       "number/number_test.go",
		Leaf:       "wire/wire.go",
		Central:    "words/words.go",
		Main:       "cmd/layers/main.go",
		Dependency: "cmd/layers/benchmark_dependency.go",
	}
	if p := layers(t); !maps.Equal(p.Places, want) {
		t.Errorf("places %v, want %v; missing %v", p.Places, want, p.Missing)
	}
}

func TestMissing(t *testing.T) {
	p := layers(t, "README.md", "number/number_test.go")
	want := map[Kind]string{
		Readme: "the project has no README",
		Test:   "none of the program's packages has a test",
	}
	if !maps.Equal(p.Missing, want) {
		t.Errorf("missing %v, want %v", p.Missing, want)
	}
	if _, err := p.Edit(t.Context(), Readme, "x", 0); err == nil || err.Error() != want[Readme] {
		t.Errorf("%v, want %q", err, want[Readme])
	}
}

// TestEdit makes each edit that needs no network: it changes its one file, and
// the program if it says so; undone, all is as it was.
func TestEdit(t *testing.T) {
	p := layers(t)
	files, program := tree(t, p.Dir), build(t, p)
	for _, kind := range []Kind{Readme, Test, Leaf, Central, Main} {
		for _, text := range []string{"one", "two"} { // each gives another program than the last
			undo, err := p.Edit(t.Context(), kind, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			if changed := differ(files, tree(t, p.Dir)); changed != p.Places[kind] {
				t.Errorf("%s changed %q, want %s", kind, changed, p.Places[kind])
			}
			edited := build(t, p)
			if (edited != program) != kind.Changes() {
				t.Errorf("%s: the program is another one: %v, want %v", kind, edited != program, kind.Changes())
			}
			if err := undo(); err != nil {
				t.Fatal(err)
			}
			if changed := differ(files, tree(t, p.Dir)); changed != "" {
				t.Errorf("%s undone: %q is not as it was", kind, changed)
			}
		}
	}
}

// tree gives the text of every file.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// differ names the files that are not the same in both.
func differ(a, b map[string]string) string {
	var names []string
	for name := range b {
		if text, ok := a[name]; !ok || text != b[name] {
			names = append(names, name)
		}
	}
	for name := range a {
		if _, ok := b[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// build gives the program's bytes.
func build(t *testing.T, p Project) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program")
	if _, err := goCommand(t.Context(), p.Dir, "build", "-trimpath", "-buildvcs=false", "-o", out, p.Mains[0]); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCopy leaves out what is no part of a project.
func TestCopy(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for _, name := range []string{"a.go", "b/c.go", ".git/HEAD", ".lab/root", "b/.git"} {
		file := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.go", filepath.Join(from, "link")); err != nil {
		t.Fatal(err)
	}
	if err := Copy(to, from, filepath.Join(from, ".lab")); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a.go": "a.go", "b/c.go": "b/c.go", "link": "a.go"}
	if got := tree(t, to); !maps.Equal(got, want) {
		t.Errorf("copied %v, want %v", got, want)
	}
	if target, err := os.Readlink(filepath.Join(to, "link")); err != nil || target != "a.go" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
}
