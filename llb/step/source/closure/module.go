package closure

import (
	"io/fs"
	"path"
	"slices"
)

// repositories are the directories of version control systems, which are part of
// no package.
var repositories = []string{".bzr", ".git", ".hg", ".svn"}

// addAll takes all of a directory but the modules further down, and what links
// in it point to.
func (t *tree) addAll(dir string) error { return t.addDir(dir, t.enter) }

// enter reports with fs.SkipDir that a directory is no part of the module in
// root.
func (t *tree) enter(root, name string) error {
	if name == root {
		return nil
	}
	if slices.Contains(repositories, path.Base(name)) {
		return fs.SkipDir
	}
	if t.boundary(name) {
		return fs.SkipDir
	}
	return nil
}

// boundary reports whether a module begins in dir. The go.mod that says so
// is taken.
func (t *tree) boundary(dir string) bool {
	goMod := path.Join(dir, "go.mod")
	if !t.exists(goMod) {
		return false
	}
	t.keep(goMod)
	return true
}
