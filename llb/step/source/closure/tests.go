package closure

import (
	"io/fs"
	"path"
	"slices"
)

// visitTests takes what the tests of a package are made of, and goes on to
// what they import.
func (w *walk) visitTests(f location) error {
	files, err := w.files(f.dir, w.isPossible)
	if err != nil {
		return err
	}
	pkg := w.parse(f.dir, files)
	tests := slices.Concat(pkg.TestGoFiles, pkg.XTestGoFiles, pkg.InvalidGoFiles)
	if err := w.addIn(f.dir, tests); err != nil {
		return err
	}
	if err := w.embed(f.dir, slices.Concat(pkg.TestEmbedPatterns, pkg.XTestEmbedPatterns)); err != nil {
		return err
	}
	if w.data && len(tests) > 0 {
		if err := w.tree.addData(path.Join(f.dir, "testdata")); err != nil {
			return err
		}
	}
	return w.follow(f, slices.Concat(pkg.TestImports, pkg.XTestImports))
}

// addData takes a file or all of a directory, whatever it looks like: no module
// ends there.
func (t *tree) addData(name string) error {
	return t.addDir(name, func(string, string) error { return nil })
}

// addDir takes all of a directory but the directories that enter skips, and what
// links in it point to.
func (t *tree) addDir(dir string, enter func(root, name string) error) error {
	root := t.keep(dir)
	if !root.Found || t.whole[root.Name] {
		return nil
	}
	t.whole[root.Name] = true
	return fs.WalkDir(t.fsys, root.Name, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return enter(root.Name, name)
		case e.Type()&fs.ModeSymlink != 0:
			return t.addDir(name, enter)
		case e.Type().IsRegular():
			t.files[name] = true
		}
		return nil
	})
}
