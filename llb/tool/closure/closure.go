// Package closure finds the files of a build context that a program is built
// from, so that an edit elsewhere reruns no compiler. It reads what the go
// command would read, for several platforms at once, and takes what it
// cannot decide: without the toolchain and the environment, a file may be
// part of the build or not.
package closure

import (
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/gofiles"
)

// Result is what some main packages need. All lists are sorted, without
// repeats; names are relative to the context.
type Result struct {
	Files   []string // regular files
	Links   []Link   // symbolic links on the way to Files, and those the go command will refuse
	Imports []string // import paths that the context's own modules take from elsewhere, never of the standard library
}

// Link is a symbolic link. It stays one, for the go command treats links
// differently from what they point to.
type Link struct {
	Name   string
	Target string // as it is written in the link
}

// Find gives the closure of the packages that v names. What is wrong with
// the project is left to the go command, which says it better: files that
// exist are taken, those that do not are passed over. It is an error when a
// symbolic link leads out of the context to something that is needed.
func Find(fsys fs.FS, v tool.Closure) (Result, error) {
	w, err := newWalk(fsys, v)
	if err != nil {
		return Result{}, err
	}
	for _, main := range v.Mains {
		if err := w.main(path.Clean(main), v.PGO); err != nil {
			return Result{}, err
		}
	}
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		if err := w.visit(next); err != nil {
			return Result{}, err
		}
	}
	return w.result(), nil
}

func newWalk(fsys fs.FS, v tool.Closure) (*walk, error) {
	filter, err := gofiles.NewFilter(gofiles.Build{Tags: v.Tags, Platforms: v.Platforms, Go: v.Go, Cgo: v.Cgo})
	if err != nil {
		return nil, err
	}
	t := newTree(fsys)
	p, err := readProject(t)
	if err != nil {
		return nil, err
	}
	return &walk{
		tree: t, project: p, filter: filter, cgo: v.Cgo,
		seen: map[string]bool{}, found: map[string][]folder{}, imports: map[string]bool{},
	}, nil
}

func (w *walk) result() Result {
	r := Result{
		Files:   slices.Sorted(maps.Keys(w.tree.files)),
		Imports: slices.Sorted(maps.Keys(w.imports)),
	}
	for _, name := range slices.Sorted(maps.Keys(w.tree.links)) {
		r.Links = append(r.Links, Link{Name: name, Target: w.tree.links[name]})
	}
	return r
}

// main begins with a main package, and takes the profile it is optimised by.
func (w *walk) main(dir, profile string) error {
	if !fs.ValidPath(dir) {
		return nil
	}
	w.enqueue(folder{dir: dir})
	switch profile {
	case "off":
		return nil
	case "", "auto":
		return w.tree.add(path.Join(dir, "default.pgo"))
	}
	return w.tree.add(path.Clean(profile))
}
