package closure

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/llb/step"
)

// Whatever a pattern says, it takes files below its package, and those it
// matches or that are in a directory it matches.
func FuzzEmbed(f *testing.F) {
	for _, p := range []string{"static", "all:static", "*", "st*/[a-c]*", "static/../up", "[", "/etc", "a\\*b", "."} {
		f.Add(p)
	}
	fsys := fstest.MapFS{}
	for _, name := range []string{"up", "p[k]g/x.go", "p[k]g/static/a", "p[k]g/static/.b", "p[k]g/static/_c/d",
		"p[k]g/.git/e", "p[k]g/a*b", "p[k]g/m/go.mod", "p[k]g/m/x", "pkg/static/no"} {
		fsys[name] = &fstest.MapFile{}
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		w, err := newWalk(newTree(fsys), step.Closure{Platforms: []string{"linux/amd64"}, Go: "1.26"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.embed("p[k]g", []string{pattern}); err != nil {
			t.Fatal(err)
		}
		glob := strings.TrimPrefix(pattern, "all:")
		for name := range w.tree.files {
			rel, ok := strings.CutPrefix(name, "p[k]g/")
			if !ok || !matchesAbove(glob, rel) && path.Base(rel) != "go.mod" {
				t.Errorf("%q takes %s", pattern, name)
			}
		}
	})
}

func matchesAbove(glob, name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if ok, _ := path.Match(glob, name); ok {
			return true
		}
	}
	return false
}

// Any text in a context gives a closure of files that exist.
func FuzzFind(f *testing.F) {
	f.Add("module m\nreplace x => ./lib\n", "go 1.26\nuse ./lib\n", "# x v1\nx/y\n", "package main\nimport _ \"x/y\"\n", "#include \"../go.mod\"\n")
	f.Add("module x/y", "", "x", "//go:build linux\npackage main\nimport _ \"embed\"\n//go:embed *\nvar x string", "")
	f.Fuzz(func(t *testing.T, goMod, goWork, modules, main, assembly string) {
		fsys := fstest.MapFS{
			"go.mod":              {Data: []byte(goMod)},
			"go.work":             {Data: []byte(goWork)},
			"vendor/modules.txt":  {Data: []byte(modules)},
			"vendor/x/y/y.go":     {Data: []byte("package y")},
			"main.go":             {Data: []byte(main)},
			"main_amd64.s":        {Data: []byte(assembly)},
			"lib/go.mod":          {Data: []byte(goMod)},
			"lib/lib.go":          {Data: []byte(main)},
			"lib/deep/deep.go":    {Data: []byte("package deep")},
			"lib/deep/README.txt": {},
		}
		r, err := Find(fsys, step.Closure{Platforms: []string{"linux/amd64"}, Go: "1.26", Cgo: true, Mains: []string{".", "lib"}}, Asked{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range r.Files {
			if _, err := fs.Stat(fsys, name); err != nil {
				t.Error(err)
			}
		}
	})
}

// FuzzSkeleton: any text in a context gives the imports of all packages.
func FuzzSkeleton(f *testing.F) {
	f.Add("module m\n", "go 1.26\nuse .\n", "package main\nimport _ \"x/y\"\n", "//go:build ignore\n\npackage main\n")
	f.Add("module m\nreplace m => ../m\n", "use ./lib", "package \"", "import \"C\"")
	f.Fuzz(func(t *testing.T, goMod, goWork, main, test string) {
		fsys := fstest.MapFS{
			"go.mod":       {Data: []byte(goMod)},
			"go.work":      {Data: []byte(goWork)},
			"main.go":      {Data: []byte(main)},
			"main_test.go": {Data: []byte(test)},
			"lib/go.mod":   {Data: []byte(goMod)},
			"lib/lib.go":   {Data: []byte(main)},
		}
		s, err := FindSkeleton(fsys, step.Project{})
		if err != nil {
			return
		}
		if err := WriteSkeleton(t.TempDir(), fsys, s); err != nil {
			t.Fatal(err)
		}
	})
}
