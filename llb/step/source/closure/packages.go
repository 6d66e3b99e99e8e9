package closure

import (
	"go/build"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// walk goes from package to package along their imports.
type walk struct {
	tree      *tree
	project   *project
	filter    *gofiles.Filter
	cgo       bool
	tests     bool            // those of roots are taken
	data      bool            // so are their testdata directories
	noModules bool            // none is downloaded
	generate  bool            // what is taken is for generators
	roots     map[string]bool // directories that were asked for
	queue     []location
	loaded    map[string]*build.Package // by directory
	seen      map[string]bool           // directories that are or were in queue
	found     map[string][]location     // by import path
	imports   map[gomod.Module]set      // from outside of the context, by the module that imports
	standard  set                       // imports that are neither of the context nor of other modules
	programs  set                       // packages of programs that are run: by //go:generate lines, and tools
	vendored  Vendored                  // packages that were listed before
	// reachesOut says that a package includes a file that is not in the vendor directory.
	reachesOut bool
	outline    Outline
}

func (w *walk) enqueue(f location) {
	if !w.seen[f.dir] {
		w.seen[f.dir] = true
		w.queue = append(w.queue, f)
	}
}

// includes takes assembly files with what they include.
func (w *walk) includes(dir string, files []string) error {
	_, err := gofiles.Included(files, func(name string) ([]byte, error) {
		full, ok := below(dir, name)
		if !ok {
			return nil, nil
		}
		w.reachesOut = w.reachesOut || !isBelow(path.Join(w.project.root, vendor), full)
		return w.tree.read(full)
	})
	return err
}

// visit takes what one package is made of, and goes on to what it imports.
func (w *walk) visit(f location) error {
	if w.tests && w.roots[f.dir] {
		if err := w.visitTests(f); err != nil {
			return err
		}
	}
	if pkg, ok := w.vendored[f.dir]; ok {
		w.takeListed(f.dir, pkg)
		return w.follow(f, pkg.Imports)
	}
	imports, err := w.take(f)
	if err != nil {
		return err
	}
	return w.follow(f, imports)
}

// take takes what one package is made of, and returns what it imports.
func (w *walk) take(f location) (imports []string, err error) {
	pkg, err := w.load(f.dir)
	if err != nil {
		return nil, err
	}
	source := slices.Concat(pkg.GoFiles, pkg.CgoFiles, pkg.InvalidGoFiles)
	if len(source) == 0 {
		return nil, w.excluded(f.dir)
	}
	if err := w.addIn(f.dir, source, others(pkg)); err != nil {
		return nil, err
	}
	if w.cgo && usesCgo(pkg) {
		if err := w.addCgo(f, pkg); err != nil {
			return nil, err
		}
	}
	if err := w.includes(f.dir, pkg.SFiles); err != nil {
		return nil, err
	}
	return pkg.Imports, w.embed(f.dir, pkg.EmbedPatterns)
}

func (w *walk) addIn(dir string, lists ...[]string) error {
	for _, name := range slices.Concat(lists...) {
		if err := w.tree.add(path.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// others returns the files that are no Go source.
func others(p *build.Package) []string {
	return slices.Concat(p.CFiles, p.CXXFiles, p.MFiles, p.HFiles, p.FFiles, p.SFiles,
		p.SwigFiles, p.SwigCXXFiles, p.SysoFiles)
}

func usesCgo(p *build.Package) bool {
	return len(p.CgoFiles)+len(p.SwigFiles)+len(p.SwigCXXFiles) > 0
}

// excluded takes all source of a directory without a package, so that the go
// command can say what excludes it.
func (w *walk) excluded(dir string) error {
	entries, err := w.tree.entries(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), ".go") {
			w.tree.keep(path.Join(dir, e.Name()))
		}
	}
	return nil
}

// follow goes on to packages of the context, and notes those from elsewhere
// that its own modules import.
func (w *walk) follow(from location, imports []string) error {
	to, err := w.divide(imports)
	if err != nil {
		return err
	}
	for _, f := range to.inside {
		w.enqueue(f)
	}
	w.noteImports(from, slices.Concat(to.outside, w.across(from, to)))
	if from.vendor == "" {
		for _, importPath := range to.standard {
			w.standard[importPath] = true
		}
	}
	return nil
}

// imported is what the imports of a package lead to.
type imported struct {
	inside   []location              // packages of the context
	replaced map[string]gomod.Module // by path: those of them that are in modules which replace lines bring in
	outside  []string                // paths that only other modules can have
	standard []string                // paths that nobody but the standard library can have
}

func (w *walk) divide(imports []string) (to imported, err error) {
	to.replaced = map[string]gomod.Module{}
	for _, importPath := range imports {
		if build.IsLocalImport(importPath) || importPath == "C" {
			continue
		}
		found, err := w.find(importPath)
		if err != nil {
			return to, err
		}
		to.inside = append(to.inside, found...)
		for _, f := range found {
			if m, ok := w.project.moduleOf(f.dir); ok && w.project.replaces[m] && f.vendor == "" {
				to.replaced[importPath] = m
			}
		}
		switch {
		case slices.ContainsFunc(found, func(f location) bool { return f.vendor == "" }):
		case w.project.isOutside(importPath):
			to.outside = append(to.outside, importPath)
		default:
			to.standard = append(to.standard, importPath)
		}
	}
	return to, nil
}

// across returns imports of modules that replace lines bring in, by packages that
// are in other ones. The go command looks at what such a module requires if
// the main modules import it, directly or not, so that the outline has to say
// so.
func (w *walk) across(from location, to imported) []string {
	own, _ := w.project.moduleOf(from.dir)
	var all []string
	for importPath, m := range to.replaced {
		if m != own {
			all = append(all, importPath)
		}
	}
	return all
}

// noteImports notes what a package of the context's modules imports from
// other modules. Vendored packages are not among them.
func (w *walk) noteImports(from location, imports []string) {
	m, ok := w.project.moduleOf(from.dir)
	if !ok || from.vendor != "" {
		return
	}
	for _, importPath := range imports {
		w.stubOf(m)[importPath] = true
	}
}

// stubOf returns what the stub of a module imports.
func (w *walk) stubOf(m gomod.Module) set {
	if w.imports[m] == nil {
		w.imports[m] = set{}
	}
	return w.imports[m]
}

// enqueuePath goes on to a package that another module imports.
func (w *walk) enqueuePath(importPath string) error {
	found, err := w.find(importPath)
	for _, f := range found {
		w.enqueue(f)
	}
	return err
}

func (w *walk) find(importPath string) ([]location, error) {
	if found, ok := w.found[importPath]; ok {
		return found, nil
	}
	found, err := w.project.find(w.tree, importPath)
	w.found[importPath] = found
	return found, err
}

// load reads the files of a package that may be part of the build.
func (w *walk) load(dir string) (*build.Package, error) {
	if pkg, ok := w.loaded[dir]; ok {
		return pkg, nil
	}
	files, err := w.files(dir, w.isCandidate)
	if err != nil {
		return nil, err
	}
	w.loaded[dir] = w.parse(dir, files)
	return w.loaded[dir], nil
}

// parse reads files as those of a package. What is wrong with them shows in
// the lists of the package, and when it is built. The context is at
// step.Source, as it is for the compile: go/build makes paths of #cgo lines
// absolute.
func (w *walk) parse(dir string, files []fs.FileInfo) *build.Package {
	full := path.Join(step.Source, dir)
	c := build.Context{
		Compiler:    "gc",
		CgoEnabled:  w.cgo,
		UseAllFiles: true, // files holds no others
		JoinPath:    path.Join,
		IsAbsPath:   path.IsAbs,
		IsDir:       func(name string) bool { return name == full },
		HasSubdir:   func(string, string) (string, bool) { return "", false },
		ReadDir:     func(string) ([]fs.FileInfo, error) { return files, nil },
		OpenFile: func(name string) (io.ReadCloser, error) {
			return w.tree.open(strings.TrimPrefix(name, step.Source+"/"))
		},
	}
	pkg, _ := c.ImportDir(full, 0)
	return pkg
}

// files returns those of a directory that are accepted.
func (w *walk) files(dir string, accept func(dir string, e fs.DirEntry) (bool, error)) ([]fs.FileInfo, error) {
	entries, err := w.tree.entries(dir)
	if err != nil {
		return nil, err
	}
	var list []fs.FileInfo
	for _, e := range entries {
		if ok, err := accept(dir, e); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	return list, nil
}

// isCandidate reports whether a file may be part of the build.
func (w *walk) isCandidate(dir string, e fs.DirEntry) (bool, error) {
	if isTest(e.Name()) {
		return false, nil
	}
	return w.isPossible(dir, e)
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

// isPossible reports whether a file may be part of the build or of a test.
func (w *walk) isPossible(dir string, e fs.DirEntry) (bool, error) {
	name := path.Join(dir, e.Name())
	if e.IsDir() || !w.filter.Names(e.Name()) {
		return false, nil
	}
	if ok, err := w.isReadable(name, e); !ok || err != nil {
		return false, err
	}
	f, err := w.tree.open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	return w.filter.Possible(e.Name(), f), nil
}

// isReadable reports whether there is a file to read: a pipe would block.
func (w *walk) isReadable(name string, e fs.DirEntry) (bool, error) {
	if e.Type()&fs.ModeSymlink != 0 {
		return w.leadsToFile(name)
	}
	return e.Type().IsRegular(), nil
}

// leadsToFile reports whether a symbolic link points to a file. One that
// points nowhere is taken: the go command reports it.
func (w *walk) leadsToFile(name string) (bool, error) {
	place := w.tree.follow(name)
	switch {
	case place.Escapes:
		return false, escape(name, place)
	case !place.Found:
		w.tree.keep(name)
		return false, nil
	}
	return w.tree.isRegular(place.Name), nil
}

// moduleDir returns the root of the module that a package is of.
func (w *walk) moduleDir(f location) string {
	if f.vendor != "" {
		return path.Join(w.project.root, vendor, f.vendor)
	}
	dir := f.dir
	for dir != "." && !w.tree.exists(path.Join(dir, "go.mod")) {
		dir = path.Dir(dir)
	}
	return dir
}
