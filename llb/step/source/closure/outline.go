package closure

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// stubDir is the directory of a module that has its stub, and the last element
// of its import path.
const stubDir = "gohull-imports"

// stubs returns the packages of the outline: for each module one that imports
// what the main packages need of other modules, and those that other modules
// could import themselves.
func (w *walk) stubs() ([]Stub, error) {
	stubs, err := w.importable()
	if err != nil {
		return nil, err
	}
	for m, imports := range w.imports {
		dir := path.Join(m.Dir, stubDir)
		stubs = append(stubs, Stub{Dir: dir, Path: m.ImportPath(dir), Main: true, Imports: slices.Sorted(maps.Keys(imports))})
	}
	slices.SortFunc(stubs, func(a, b Stub) int { return cmp.Compare(a.Dir, b.Dir) })
	return stubs, nil
}

// importable returns the packages that other modules could import: a module that
// a replace line or a workspace puts instead of a published one is so
// also for the modules that are downloaded. One that is alone in its context
// is not: no other depends on it.
func (w *walk) importable() ([]Stub, error) {
	byDir := map[string]gomod.Module{}
	for _, m := range w.project.modules {
		byDir[m.Dir] = m
	}
	if len(byDir) < 2 || w.noModules {
		return nil, nil
	}
	r := reach{walk: w, known: map[string]set{}, mains: set{}}
	var stubs []Stub
	for _, m := range byDir {
		more, err := r.stubs(m)
		if err != nil {
			return nil, err
		}
		stubs = append(stubs, more...)
	}
	return stubs, nil
}

type set map[string]bool

// reach finds what packages import from outside of the context, by
// themselves or through others of it. That says no more of the context than
// has to be known: an edit that has one of its packages import another
// changes nothing.
type reach struct {
	*walk
	known map[string]set // by directory
	mains set            // directories of main packages
}

// stubs returns the packages of a module that can be imported.
func (r reach) stubs(m gomod.Module) ([]Stub, error) {
	dirs, err := r.tree.packageDirs(m.Dir)
	if err != nil {
		return nil, err
	}
	var stubs []Stub
	for _, dir := range dirs {
		imports, err := r.imports(dir)
		if err != nil {
			return nil, err
		}
		if !r.mains[dir] {
			stubs = append(stubs, Stub{Dir: dir, Path: m.ImportPath(dir), Imports: slices.Sorted(maps.Keys(imports))})
		}
	}
	return stubs, nil
}

func (r reach) imports(dir string) (set, error) {
	if known, ok := r.known[dir]; ok {
		return known, nil
	}
	all := set{}
	r.known[dir] = all // Packages that import each other in a circle end here.
	pkg, err := r.load(dir)
	if err != nil {
		return nil, err
	}
	r.mains[dir] = pkg.Name == "main"
	to, err := r.divide(pkg.Imports)
	if err != nil {
		return nil, err
	}
	for _, importPath := range slices.Concat(to.outside, r.across(location{dir: dir}, to)) {
		all[importPath] = true
	}
	for _, f := range to.inside {
		more, err := r.imports(f.dir)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, more)
	}
	return all, nil
}

// packageDirs returns the directories of a module that have Go files, without those
// that the go command passes over.
func (t *tree) packageDirs(dir string) ([]string, error) {
	entries, err := t.entries(dir)
	if err != nil {
		return nil, err
	}
	var dirs []string
	if hasGo(entries) {
		dirs = []string{dir}
	}
	if path.Base(dir) == vendor {
		return dirs, nil // The go command lists the directory itself, but none below it.
	}
	for _, e := range entries {
		below := path.Join(dir, e.Name())
		if !e.IsDir() || passedOver(e.Name()) || t.exists(path.Join(below, "go.mod")) {
			continue
		}
		more, err := t.packageDirs(below)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, more...)
	}
	return dirs, nil
}

func passedOver(base string) bool {
	return base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
}

// stubText returns a Go file that does nothing but import.
func stubText(pkg string, imports []string) string {
	text := "package " + pkg + "\n"
	for _, importPath := range imports {
		text += "\nimport _ " + strconv.Quote(importPath)
	}
	return text + "\n"
}

// Asked is what modules ask of the source of a project with several modules, and what
// earlier steps found in the context.
type Asked struct {
	Packages []string // import paths of packages of the context
	WorkSum  []byte   // a complete go.work.sum; nil when the context's own is

	Graph    []step.Node // of the packages of the context, for groups
	Tested   [][]string  // directories of packages that are tested together, for groups that their tests need
	Vendored Vendored    // packages of the vendor directory
}

// ReadAsked reads what the modules step left in its step.AskedDir.
func ReadAsked(dir string) (Asked, error) {
	packages, err := regular.ReadFile(filepath.Join(dir, step.PackagesFile), regular.Text)
	if err != nil {
		return Asked{}, err
	}
	sum, err := regular.ReadFile(filepath.Join(dir, workSum), regular.Text)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Asked{}, err
	}
	return Asked{Packages: strings.Fields(string(packages)), WorkSum: sum}, nil
}
