package closure

import (
	"path"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// command takes what the command of v reads: its files, what packages in them
// import, and its program. A file of a package counts if `go mod tidy` reads it:
// go.mod has what other files import only by chance.
func (w *walk) command(v step.Closure) error {
	if len(v.Command) == 0 {
		return nil
	}
	for _, name := range v.CommandFiles {
		if err := w.tree.addData(path.Clean(name)); err != nil {
			return err
		}
	}
	for _, m := range w.project.modules {
		w.stubOf(m) // The go command wants a package to begin with, however little it imports.
		dirs, err := w.tree.packageDirs(m.Dir)
		if err != nil {
			return err
		}
		for _, dir := range dirs {
			if !isIn(dir, v.CommandFiles) {
				continue
			}
			if err := w.followAll(dir, w.isTidied); err != nil {
				return err
			}
		}
	}
	return w.reached(path.Clean(v.CommandDir), gofiles.Directive{Words: v.Command})
}

// isIn reports whether a directory is one of some, or below one.
func isIn(dir string, names []string) bool {
	for _, name := range names {
		if _, ok := gomod.CutDir(dir, path.Clean(name)); ok {
			return true
		}
	}
	return false
}
