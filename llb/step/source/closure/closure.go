// Package closure finds the files of a build context that a program is built
// from, so that an edit elsewhere reruns no compiler. It reads what the go
// command would read, for several platforms at once, and takes what it
// cannot decide: without the toolchain and the environment, a file may be
// part of the build or not.
package closure

import (
	"errors"
	"go/build"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// Result is what some main packages need. All lists are sorted, without
// repeats; names are relative to the context.
type Result struct {
	Files   []string // regular files
	Links   []Link   // symbolic links on the way to Files, and those the go command will refuse
	WorkSum []byte   // a go.work.sum that replaces the project's own; nil for none
	Project string   // its directory
	// Vendored says that files of the vendor directory are only listed: another step
	// copies them.
	Vendored bool
	// Checkout says that the go command is to take the files for a checkout.
	Checkout bool
	Outline  Outline
	// Standard are the packages of the standard library that those of the
	// context's modules import, and the runtime, which is in every program. An
	// import that nobody has may be among them.
	Standard []string
	// Programs are the packages that //go:generate lines run, as the go command
	// takes them, and what files that they run import; nil where none are looked
	// for.
	Programs []string
	Groups   []Group // of the packages that the main packages need; nil where none are looked for
}

// Outline is the project as far as its modules go: it changes when other
// versions or other packages of theirs are needed, and with nothing else.
type Outline struct {
	Files []string // go.mod, go.sum, go.work and what else decides about versions
	Links []Link   // symbolic links on the way to Files
	Stubs []Stub   // by Dir
	Mains []string // import paths of main packages that only other modules have
}

// Stub is a package that is there for its imports.
type Stub struct {
	Dir     string   // in the context: "cmd/api"
	Path    string   // to import it by
	Main    bool     // whether the main packages need its imports; else other modules may import it
	Imports []string // of packages outside of the context, never of the standard library; sorted
}

// Link is a symbolic link. It stays one, for the go command treats links
// differently from what they point to.
type Link struct {
	Name   string
	Target string // as it is written in the link
}

// Find returns the closure of the packages that v names, and of those of the
// context that modules ask for. What is wrong with the project is left to the go command, which says it better: files that
// exist are taken, those that do not are passed over. It is an error when a
// symbolic link leads out of the context to something that is needed.
func Find(fsys fs.FS, v step.Closure, asked Asked) (Result, error) {
	w, err := newWalk(newTree(fsys), v)
	if err != nil {
		return Result{}, err
	}
	w.vendored = asked.Vendored
	if err := errors.Join(w.mains(v), w.tools(v), w.command(v)); err != nil {
		return Result{}, err
	}
	for _, importPath := range asked.Packages {
		if err := w.enqueuePath(importPath); err != nil {
			return Result{}, err
		}
	}
	if err := w.all(); err != nil {
		return Result{}, err
	}
	r, err := w.result()
	r.WorkSum, r.Checkout, r.Vendored = asked.WorkSum, v.Checkout, v.Vendored
	if v.Grouped && err == nil {
		r.Groups, err = w.findGroups(v, asked)
	}
	if v.OfOthers {
		r.Files, r.Links = nil, nil
	}
	return r, err
}

// all visits all packages that can be reached.
func (w *walk) all() error {
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		if err := w.visit(next); err != nil {
			return err
		}
	}
	return nil
}

func newWalk(t *tree, v step.Closure) (*walk, error) {
	filter, err := gofiles.NewFilter(gofiles.Build{Tags: v.Tags, Platforms: v.Platforms, Go: v.Go, Cgo: v.Cgo})
	if err != nil {
		return nil, err
	}
	p, err := readProject(t, v.Project)
	if err != nil {
		return nil, err
	}
	outline := Outline{Files: t.fileList(), Links: t.linkList()}
	if err := p.readVendored(t); err != nil {
		return nil, err
	}
	return &walk{
		tests: v.Tests, data: v.Data, generate: v.Generate, noModules: v.NoModules, roots: map[string]bool{},
		tree: t, project: p, filter: filter, cgo: v.Cgo, outline: outline,
		loaded: map[string]*build.Package{},
		seen:   map[string]bool{}, found: map[string][]location{}, imports: map[gomod.Module]set{}, standard: set{"runtime": true}, programs: set{},
	}, nil
}

func (w *walk) result() (r Result, err error) {
	r = Result{
		Project:  w.project.root,
		Files:    w.tree.fileList(),
		Links:    w.tree.linkList(),
		Outline:  w.outline,
		Standard: slices.Sorted(maps.Keys(w.standard)),
	}
	if w.generate || len(w.programs) > 0 {
		r.Programs = append([]string{}, slices.Sorted(maps.Keys(w.programs))...)
	}
	r.Outline.Stubs, err = w.stubs()
	return r, err
}

// mains begins with all packages that v names, and with its files.
func (w *walk) mains(v step.Closure) error {
	for _, name := range v.Files {
		if err := w.tree.addData(path.Clean(name)); err != nil {
			return err
		}
	}
	for _, pattern := range v.Mains {
		dirs, err := w.matches(path.Clean(pattern))
		if err != nil {
			return err
		}
		for _, dir := range dirs {
			if err := w.main(dir, v.PGO); err != nil {
				return err
			}
		}
	}
	for _, importPath := range v.Required {
		if err := w.required(importPath, v.PGO); err != nil {
			return err
		}
	}
	return nil
}

// required begins with a main package of a module that the project requires. If
// the context has it, by a replace line or in the vendor directory, its source is
// taken. Otherwise it is fetched with the modules.
func (w *walk) required(importPath, profile string) error {
	found, err := w.find(importPath)
	if err != nil {
		return err
	}
	isFetched := true
	for _, f := range found {
		if f.vendor != "" {
			w.enqueue(f)
			continue
		}
		isFetched = false
		if err := w.main(f.dir, profile); err != nil {
			return err
		}
	}
	if isFetched {
		w.outline.Mains = append(w.outline.Mains, importPath)
	}
	return nil
}

// matches returns the directories of packages that a pattern means: itself, or those
// below it.
func (w *walk) matches(pattern string) ([]string, error) {
	dir, all := strings.CutSuffix(pattern, "...")
	if !all {
		return []string{pattern}, nil
	}
	return w.tree.packageDirs(path.Clean(dir))
}

// main begins with a main package, and takes the profile it is optimised by.
func (w *walk) main(dir, profile string) error {
	if !fs.ValidPath(dir) {
		return nil
	}
	if m, ok := w.project.moduleOf(dir); ok {
		w.stubOf(m) // The go command wants a package to begin with, however little it imports.
	}
	if w.generate {
		return w.generators(dir)
	}
	w.roots[dir] = true
	w.enqueue(location{dir: dir})
	switch profile {
	case "off":
		return nil
	case "", "auto":
		return w.tree.add(path.Join(dir, "default.pgo"))
	}
	return w.tree.add(path.Clean(profile))
}
