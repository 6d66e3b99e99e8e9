package closure

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// Skeleton is the modules of a context with nothing of their packages but
// what they import: what decides which modules they need.
type Skeleton struct {
	Files    []string // go.mod, go.sum, go.work and what else decides about versions
	Links    []Link   // symbolic links on the way to Files
	Packages []Bones  // by Dir
}

// Bones are what a package imports from other packages than those of the
// standard library, on any platform and with any build tag. Lists are sorted.
type Bones struct {
	Dir         string // in the context
	Imports     []string
	TestImports []string // of its tests
}

// FindSkeleton reads all packages of a project's modules. What is wrong
// with them is reported when they are compiled.
func FindSkeleton(fsys fs.FS, v step.Project) (Skeleton, error) {
	t := newTree(fsys)
	p, err := readProject(t, v)
	if err != nil {
		return Skeleton{}, err
	}
	s := Skeleton{Files: t.fileList(), Links: t.linkList()}
	w := &walk{tree: t, project: p, cgo: true, found: map[string][]location{}}
	for _, m := range p.modules {
		dirs, err := t.packageDirs(m.Dir)
		if err != nil {
			return s, err
		}
		for _, dir := range dirs {
			b, err := w.bones(dir)
			if err != nil {
				return s, err
			}
			s.Packages = append(s.Packages, b)
		}
	}
	slices.SortFunc(s.Packages, func(a, b Bones) int { return strings.Compare(a.Dir, b.Dir) })
	s.Packages = slices.CompactFunc(s.Packages, func(a, b Bones) bool { return a.Dir == b.Dir })
	return s, nil
}

func (w *walk) bones(dir string) (Bones, error) {
	b := Bones{Dir: dir}
	files, err := w.files(dir, w.isTidied)
	if err != nil {
		return b, err
	}
	pkg := w.parse(dir, files)
	if b.Imports, err = w.needed(pkg.Imports); err != nil {
		return b, err
	}
	b.TestImports, err = w.needed(slices.Concat(pkg.TestImports, pkg.XTestImports))
	return b, err
}

// needed returns the imports that are not of the standard library.
func (w *walk) needed(imports []string) ([]string, error) {
	to, err := w.divide(imports)
	if err != nil {
		return nil, err
	}
	needed := to.outside
	for _, importPath := range imports {
		if len(w.found[importPath]) > 0 {
			needed = append(needed, importPath)
		}
	}
	slices.Sort(needed)
	return slices.Compact(needed), nil
}

// isTidied reports whether `go mod tidy` reads the imports of a file.
func (w *walk) isTidied(dir string, e fs.DirEntry) (bool, error) {
	if !strings.HasSuffix(e.Name(), ".go") || gofiles.IsHidden(e.Name()) {
		return false, nil
	}
	name := path.Join(dir, e.Name())
	if ok, err := w.isReadable(name, e); !ok || err != nil {
		return false, err
	}
	f, err := w.tree.open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	return gofiles.IsTidied(f), nil
}

// WriteSkeleton writes a skeleton to the directory out: to step.SkeletonDir with
// a package for each, and to step.VersionsDir the files alone.
func WriteSkeleton(out string, fsys fs.FS, s Skeleton) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	w := newWriter(root, fsys)
	if err := errors.Join(w.copyAll(step.VersionsDir, s.Files, s.Links), w.skeleton(s)); err != nil {
		return err
	}
	return w.finish(out)
}

func (w writer) skeleton(s Skeleton) error {
	if err := w.copyAll(step.SkeletonDir, s.Files, s.Links); err != nil {
		return err
	}
	for _, b := range s.Packages {
		dir := path.Join(step.SkeletonDir, b.Dir)
		if err := w.write(path.Join(dir, "stub.go"), stubText("stub", b.Imports)); err != nil {
			return err
		}
		if len(b.TestImports) == 0 {
			continue
		}
		if err := w.write(path.Join(dir, "stub_test.go"), stubText("stub_test", b.TestImports)); err != nil {
			return err
		}
	}
	return nil
}
