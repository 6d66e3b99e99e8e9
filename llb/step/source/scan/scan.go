// Package scan finds the Go packages of a build context, as `go list ./...`
// would in each of its modules, without a go command and without reading
// more of a file than its head.
package scan

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// Scan reads the packages below fsys. A file or directory that cannot be read
// as Go becomes the Reason of its package; only a file system that cannot be
// listed fails the scan.
func Scan(fsys fs.FS, v step.Scan) (step.Facts, error) {
	match, err := newMatcher(v)
	if err != nil {
		return step.Facts{}, err
	}
	notes, err := newNotes(fsys, v, match)
	if err != nil {
		return step.Facts{}, err
	}
	w := walk{fsys: fsys, match: match, notes: notes, graph: newGraph(), isRead: map[string]bool{}, facts: step.Facts{Packages: []step.Package{}, Modules: []string{}}}
	if err := w.visit(".", nil); err != nil {
		return step.Facts{}, err
	}
	for _, dir := range v.Mains {
		w.named(path.Clean(dir))
	}
	slices.SortFunc(w.facts.Packages, func(a, b step.Package) int { return cmp.Compare(a.Dir, b.Dir) })
	slices.SortFunc(w.facts.Tests, func(a, b step.TestDir) int { return cmp.Compare(a.Dir, b.Dir) })
	slices.Sort(w.facts.Modules)
	if w.facts.Files, err = lookUpAll(fsys, v); err != nil {
		return step.Facts{}, err
	}
	w.facts.Notes = notes.reach(w.graph)
	if v.Graph {
		w.facts.Graph = w.graph.nodes(w.facts.Packages)
		for i, n := range w.facts.Graph {
			_, err := fs.Stat(fsys, path.Join(n.Dir, "default.pgo"))
			w.facts.Graph[i].Profile = n.Main && err == nil
		}
	}
	return w.facts, nil
}

// walk goes through the directories and notes what it finds.
type walk struct {
	fsys  fs.FS
	match *matcher
	notes *notes
	graph graph
	facts step.Facts

	isRead map[string]bool // directories whose files are in notes and graph
}

// visit notes the package of dir and goes on to what is below. mod is the
// module dir belongs to unless it holds a go.mod, nil for none.
func (w *walk) visit(dir string, mod *mod) error {
	entries, err := fs.ReadDir(w.fsys, dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(entries, isGoMod) {
		mod = w.module(dir)
	}
	if mod.ignores(dir) {
		return nil
	}
	if files := goFiles(entries); len(files) > 0 {
		w.facts.Packages = append(w.facts.Packages, w.readPackage(dir, mod, files))
	} else if slices.ContainsFunc(entries, isTest) {
		w.facts.Tests = append(w.facts.Tests, step.TestDir{Dir: dir, Module: mod.at()})
	}
	if path.Base(dir) == "vendor" {
		return nil // The go command lists the directory itself, but none below it.
	}
	for _, e := range entries {
		if e.IsDir() && !skipped(e.Name()) {
			if err := w.visit(path.Join(dir, e.Name()), mod); err != nil {
				return err
			}
		}
	}
	return nil
}

func isGoMod(e fs.DirEntry) bool { return e.Name() == "go.mod" && !e.IsDir() }

// skipped reports whether `./...` passes over directories of this name.
func skipped(name string) bool {
	return gofiles.IsHidden(name) || name == "testdata"
}

// goFiles returns the names of the Go files that are neither tests nor hidden.
func goFiles(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		if !e.IsDir() && gofiles.IsSource(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

// isTest reports whether an entry of a directory is a Go file that is a test.
func isTest(e fs.DirEntry) bool {
	return !e.IsDir() && strings.HasSuffix(e.Name(), "_test.go") && !gofiles.IsHidden(e.Name())
}

// mod is a module and what its go.mod hides from `./...`.
type mod struct {
	dir    string
	ignore []string
}

// module notes the module whose go.mod is in dir. A go.mod that cannot be
// read still begins a module; its errors are the project's to report.
func (w *walk) module(dir string) *mod {
	w.facts.Modules = append(w.facts.Modules, dir)
	m := &mod{dir: dir}
	data, err := regular.ReadIn(w.fsys, path.Join(dir, "go.mod"), regular.Text)
	if err != nil {
		return m
	}
	f, err := gomod.ParseAny("go.mod", data)
	if err != nil {
		return m
	}
	if f.Module != nil {
		w.graph.modules = append(w.graph.modules, gomod.Module{Path: f.Module.Mod.Path, Dir: dir})
	}
	for _, i := range f.Ignore {
		m.ignore = append(m.ignore, i.Path)
	}
	return m
}

// at returns the directory of the module; empty for none.
func (m *mod) at() string {
	if m == nil {
		return ""
	}
	return m.dir
}

// ignores reports whether an ignore line names dir: "./x" is a directory of the
// module, "x" a directory of that name anywhere in it.
func (m *mod) ignores(dir string) bool {
	if m == nil {
		return false
	}
	below := "/" + strings.TrimPrefix(strings.TrimPrefix(dir, m.dir), "/")
	return slices.ContainsFunc(m.ignore, func(name string) bool {
		if rooted, ok := strings.CutPrefix(name, "./"); ok {
			return below == path.Join("/", rooted)
		}
		return strings.HasSuffix(below, path.Join("/", name))
	})
}

// readPackage reads the package of a directory from its files.
func (w *walk) readPackage(dir string, mod *mod, files []string) step.Package {
	p := step.Package{Dir: dir, Module: mod.at()}
	heads, possible, certain := w.heads(dir, files)
	if !w.isRead[dir] {
		w.isRead[dir] = true
		w.notes.read(dir, heads, certain)
		w.graph.add(dir, certain)
	}
	if len(certain) == 0 {
		certain = possible
	}
	if len(certain) == 0 {
		p.Reason = w.match.reason(heads)
		return p
	}
	name, err := commonName(certain)
	if err != nil {
		p.Reason = err.Error()
		return p
	}
	p.Name, p.At = name.text, fmt.Sprintf("%s:%d", name.file, name.line)
	if p.Name == "main" && !slices.Contains(w.graph.main, dir) {
		w.graph.main = append(w.graph.main, dir)
	}
	return p
}

// heads reads the files of a directory, and sorts out those that may be part of
// the build and those that are for certain. What cannot be read counts.
func (w *walk) heads(dir string, files []string) (all, possible, certain []head) {
	for _, name := range files {
		h := readHead(w.fsys, path.Join(dir, name))
		all = append(all, h)
		found, err := w.match.match(h)
		h.err = cmp.Or(h.err, err)
		if found.Possible {
			possible = append(possible, h)
		}
		if found.Certain || err != nil {
			certain = append(certain, h)
		}
	}
	return all, possible, certain
}

// commonName returns the package name that all files agree on.
func commonName(heads []head) (clause, error) {
	first := heads[0]
	for _, h := range heads {
		if h.err != nil {
			return clause{}, h.err
		}
		if h.clause.text != first.clause.text {
			return clause{}, fmt.Errorf("found packages %s (%s) and %s (%s) in one directory",
				first.clause.text, path.Base(first.clause.file), h.clause.text, path.Base(h.clause.file))
		}
	}
	return first.clause, nil
}
