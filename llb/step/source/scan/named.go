package scan

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step"
)

// named notes the package of a directory that was asked for, unless the walk
// has been there. `go build` takes what `./...` passes over: a link to a
// directory, testdata, and what an ignore line names.
func (w *walk) named(dir string) {
	if !fs.ValidPath(dir) || slices.ContainsFunc(w.facts.Packages, func(p step.Package) bool { return p.Dir == dir }) {
		return
	}
	p := step.Package{Dir: dir, Module: w.moduleOf(dir), Named: true}
	place := links.Follow(w.fsys, dir)
	switch {
	case place.Escapes:
		p.Reason = fmt.Sprintf("the symbolic link %s points to %s, outside of the build context; replace it with a copy", place.Last(), place.Target)
	case !place.Found && len(place.Links) > 0:
		p.Reason = fmt.Sprintf("the symbolic link %s points to %s, which leads nowhere", place.Last(), place.Target)
	default:
		entries, err := fs.ReadDir(w.fsys, place.Name)
		files := goFiles(entries)
		if !place.Found || err != nil || len(files) == 0 {
			return
		}
		p = w.readPackage(place.Name, nil, files)
		p.Dir, p.Module, p.Named = dir, w.moduleOf(dir), true
		if dir != place.Name {
			w.graph.alias[place.Name] = append(w.graph.alias[place.Name], dir)
		}
	}
	w.facts.Packages = append(w.facts.Packages, p)
}

func (w *walk) isFile(name string) bool {
	info, err := fs.Stat(w.fsys, name)
	return err == nil && kind(info) == step.KindFile
}

// moduleOf returns the directory of the module that a directory is in, as the path
// has it: links may lead to where another module is.
func (w *walk) moduleOf(dir string) string {
	for ; ; dir = path.Dir(dir) {
		if place := links.Follow(w.fsys, path.Join(dir, "go.mod")); place.Found && w.isFile(place.Name) {
			return dir
		}
		if dir == "." {
			return ""
		}
	}
}
