package closure

import (
	"go/build"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

// pathFlags are the flags of #cgo lines that name a directory or a file, in
// the same word or in the next one.
var pathFlags = []string{"-I", "-L", "-F", "-iquote", "-isystem", "-idirafter", "-include", "-imacros"}

// addCgo takes what a C compiler may read for a package: its whole module, as
// #include reaches anywhere, and what #cgo lines name in other directories of
// the context.
func (w *walk) addCgo(f location, pkg *build.Package) error {
	root := w.moduleDir(f)
	if err := w.tree.addAll(root); err != nil {
		return err
	}
	for _, name := range named(pkg) {
		if isBelow(root, name) || !filepath.IsLocal(name) {
			continue
		}
		var err error
		switch {
		case w.tree.isDir(name):
			err = w.tree.addAll(name)
		case w.tree.isRegular(name):
			err = w.tree.add(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// named returns the paths in the context that the #cgo lines of a package name.
// go/build has made those absolute that are relative to the package, or to
// ${SRCDIR}.
func named(pkg *build.Package) []string {
	var all []string
	for _, word := range slices.Concat(pkg.CgoCPPFLAGS, pkg.CgoCFLAGS, pkg.CgoCXXFLAGS, pkg.CgoFFLAGS, pkg.CgoLDFLAGS) {
		for _, flag := range pathFlags {
			if rest, ok := strings.CutPrefix(word, flag); ok && rest != "" {
				word = rest
				break
			}
		}
		if name, ok := strings.CutPrefix(path.Clean(word), step.Source+"/"); ok {
			all = append(all, name)
		}
	}
	return all
}

// isBelow reports whether a path is a directory, or is in it.
func isBelow(dir, name string) bool {
	return dir == "." || name == dir || strings.HasPrefix(name, dir+"/")
}
