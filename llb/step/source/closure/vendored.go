package closure

import (
	"cmp"
	"encoding/json"
	"errors"
	"go/build"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// A vendor directory has many files, and most edits change none of them. So two
// steps that depend on nothing else read and copy them: ListVendored and
// PickVendored. Between them, Find decides which of the packages are needed.

// Vendored is packages of a vendor directory, by their directories in the context.
type Vendored map[string]VendoredPackage

// VendoredPackage is what a package is made of, and what it imports.
type VendoredPackage struct {
	Files   []string `json:"files"` // relative to its directory
	Imports []string `json:"imports,omitempty"`
}

// ListVendored returns the packages of the vendor directory of fsys, which need not
// have anything else. Packages with files elsewhere, with symbolic links, and with
// cgo are left out: only Find, which sees the whole context, can tell what they
// are made of.
func ListVendored(fsys fs.FS, v step.ListVendored) (Vendored, error) {
	filter, err := gofiles.NewFilter(gofiles.Build{Tags: v.Tags, Platforms: v.Platforms, Go: v.Go, Cgo: v.Cgo})
	if err != nil {
		return nil, err
	}
	t := newTree(fsys)
	p := &project{root: cmp.Or(v.Dir, "."), vendored: map[string]string{}}
	if err := p.readVendored(t); err != nil {
		return nil, err
	}
	all := Vendored{}
	for _, importPath := range slices.Sorted(maps.Keys(p.vendored)) {
		own := newTree(fsys)
		own.places, own.listings = t.places, t.listings
		w := &walk{tree: own, project: p, filter: filter, cgo: v.Cgo, loaded: map[string]*build.Package{}}
		f := location{dir: path.Join(p.root, vendor, importPath), vendor: p.vendored[importPath]}
		if pkg, ok := w.listed(f); ok {
			all[f.dir] = pkg
		}
	}
	return all, nil
}

// listed returns a package, and reports whether nothing else has a part in it but
// files of its directory.
func (w *walk) listed(f location) (pkg VendoredPackage, ok bool) {
	imports, err := w.take(f)
	if err != nil || len(w.tree.links) > 0 || w.reachesOut || w.cgo && usesCgo(w.loaded[f.dir]) {
		return pkg, false
	}
	pkg.Imports = imports
	for _, name := range w.tree.fileList() {
		rest, below := strings.CutPrefix(name, f.dir+"/")
		if !below {
			return pkg, false
		}
		pkg.Files = append(pkg.Files, rest)
	}
	return pkg, len(pkg.Files) > 0
}

// takeListed takes a package that was listed before.
func (w *walk) takeListed(dir string, pkg VendoredPackage) {
	for _, name := range pkg.Files {
		w.tree.files[dir+"/"+name] = true
	}
}

// picked is files and links of a closure.
type picked struct {
	Files []string
	Links []Link
}

// divided returns what is not in the vendor directory, and what is.
func (r Result) divided() (own, vendored picked) {
	of := func(name string) *picked {
		if isBelow(path.Join(r.Project, vendor), name) {
			return &vendored
		}
		return &own
	}
	for _, name := range r.Files {
		of(name).Files = append(of(name).Files, name)
	}
	for _, l := range r.Links {
		of(l.Name).Links = append(of(l.Name).Links, l)
	}
	return own, vendored
}

// vendored lists files of the vendor directory, and makes the directory, over which
// their copies are mounted.
func (w writer) vendored(project string, p picked) error {
	list, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return errors.Join(w.makeDir(path.Join(step.ClosureDir, project, vendor)),
		w.write(path.Join(step.VendoredDir, step.VendoredFile), string(list)))
}

// PickVendored copies to step.ClosureDir in the directory out the files of the
// vendor directory that a closure, in the directory list, names.
func PickVendored(out string, fsys fs.FS, list string, v step.PickVendored) (err error) {
	data, err := regular.ReadFile(filepath.Join(list, step.VendoredFile), regular.Text)
	if err != nil {
		return err
	}
	var p picked
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	w := newWriter(root, fsys)
	if err := errors.Join(w.makeDir(path.Join(step.ClosureDir, v.Dir, vendor)), w.copyAll(step.ClosureDir, p.Files, p.Links)); err != nil {
		return err
	}
	return w.finish(out)
}
