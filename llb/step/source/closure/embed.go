package closure

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/source/gofiles"
	"golang.org/x/mod/module"
)

// embed takes the files that //go:embed patterns of a package name. What the
// go command refuses to embed is taken, too, so that it does refuse it.
func (w *walk) embed(dir string, patterns []string) error {
	place := w.tree.follow(dir)
	for _, p := range patterns {
		glob, all := strings.CutPrefix(p, "all:")
		if glob == "." || !fs.ValidPath(glob) {
			continue
		}
		matches, err := fs.Glob(w.tree.fsys, path.Join(gofiles.Literal(place.Name), glob))
		if err != nil { // a malformed pattern
			continue
		}
		for _, m := range matches {
			if err := w.tree.embed(place.Name, m, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// embed takes one match of a pattern, all of it when it is a directory. A
// go.mod on the way puts the match in another module.
func (t *tree) embed(dir, match string, all bool) error {
	for d := match; d != dir; d = path.Dir(d) {
		t.boundary(d)
	}
	if !t.isDir(match) {
		t.keep(match)
		return nil
	}
	names, err := t.embedded(match, all)
	if len(names) == 0 && err == nil {
		return t.addAll(match) // refused for being empty
	}
	for _, name := range names {
		t.files[name] = true
	}
	return err
}

// embedded returns the files that come with a directory. Links do not.
func (t *tree) embedded(dir string, all bool) ([]string, error) {
	var names []string
	err := fs.WalkDir(t.fsys, dir, func(name string, e fs.DirEntry, err error) error {
		hidden, refused := gofiles.IsHidden(e.Name()), isRefused(e.Name())
		switch {
		case err != nil:
			return err
		case name == dir:
		case e.IsDir() && (refused || hidden && !all || t.boundary(name)):
			return fs.SkipDir
		case e.Type().IsRegular() && (!hidden || all && !refused):
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

// isRefused reports whether modules have no files of this name.
func isRefused(name string) bool {
	return module.CheckFilePath(name) != nil || slices.Contains(repositories, name)
}
