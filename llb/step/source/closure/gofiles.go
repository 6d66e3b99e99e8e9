package closure

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// PickGoFiles copies the Go files that `go fmt ./...` formats in some modules
// of fsys to step.ClosureDir in the directory out: all of their packages, on any
// platform and with any build tag, and their tests.
func PickGoFiles(out string, fsys fs.FS, modules []string) error {
	t := newTree(fsys)
	w := &walk{tree: t, cgo: true}
	for _, dir := range modules {
		if err := w.takeGoFiles(dir); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	files := newWriter(root, fsys)
	if err := errors.Join(files.copyAll(step.ClosureDir, t.fileList(), t.linkList()), files.last.close()); err != nil {
		return err
	}
	return mtime.SetAll(out, 0)
}

// takeGoFiles takes the Go files of a module's packages.
func (w *walk) takeGoFiles(module string) error {
	dirs, err := w.tree.packageDirs(module)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		files, err := w.files(dir, w.isFormatted)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := w.tree.add(path.Join(dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// isFormatted reports whether `go fmt` formats a file of a package: it leaves
// those alone whose names begin with _ or a dot.
func (w *walk) isFormatted(dir string, e fs.DirEntry) (bool, error) {
	if !strings.HasSuffix(e.Name(), ".go") || gofiles.IsHidden(e.Name()) {
		return false, nil
	}
	return w.isReadable(path.Join(dir, e.Name()), e)
}
