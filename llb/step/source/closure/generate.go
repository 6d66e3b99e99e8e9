package closure

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step/source/gofiles"
)

// generators takes what the `//go:generate` lines of a directory reach: all that
// is in it and below it, what the packages there import, and what the lines
// name. A directory without such lines has nothing that is taken.
func (w *walk) generators(dir string) error {
	found, err := w.directives(dir)
	if err != nil || len(found) == 0 {
		return err
	}
	if err := w.tree.addAll(dir); err != nil {
		return err
	}
	packages, err := w.tree.packageDirs(dir)
	if err != nil {
		return err
	}
	for _, p := range packages {
		if err := w.followAll(p, w.isGo); err != nil {
			return err
		}
	}
	for _, d := range found {
		if err := w.reached(dir, d); err != nil {
			return err
		}
	}
	return nil
}

// directives returns the `//go:generate` lines of a directory. Whether a build
// constraint takes their file out is for the go command to decide.
func (w *walk) directives(dir string) ([]gofiles.Directive, error) {
	files, err := w.files(dir, w.isGo)
	if err != nil {
		return nil, err
	}
	var all []gofiles.Directive
	for _, f := range files {
		data, err := regular.ReadIn(w.tree.fsys, w.tree.follow(path.Join(dir, f.Name())).Name, regular.Text)
		if err != nil {
			return nil, err
		}
		all = append(all, gofiles.Directives(data)...)
	}
	return all, nil
}

// isGo reports whether a file is Go source, for whatever platform it is: one
// that builds leave out may be a program that `go run` is given by name.
func (w *walk) isGo(dir string, e fs.DirEntry) (bool, error) {
	if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") || gofiles.IsHidden(e.Name()) {
		return false, nil
	}
	return w.isReadable(path.Join(dir, e.Name()), e)
}

// followAll goes on to what all accepted Go files of a directory import, tests
// among them.
func (w *walk) followAll(dir string, accept func(dir string, e fs.DirEntry) (bool, error)) error {
	files, err := w.files(dir, accept)
	if err != nil {
		return err
	}
	pkg := w.parse(dir, files)
	return w.follow(location{dir: dir}, slices.Concat(pkg.Imports, pkg.TestImports, pkg.XTestImports))
}

// reached takes what a line in a directory runs, and what it names elsewhere.
func (w *walk) reached(dir string, d gofiles.Directive) error {
	for _, name := range above(d.Words) {
		if full, ok := below(dir, name); ok {
			if err := w.tree.addData(full); err != nil {
				return err
			}
		}
	}
	if program, ok := d.Run(); ok {
		if err := w.listProgram(dir, program); err != nil {
			return err
		}
		return w.program(dir, program)
	}
	name, isTool := d.Tool()
	for _, t := range w.project.tools {
		// Another program than the go command may run any of them.
		if !isTool && d.Words[0] == "go" || isTool && name != t.path && name != path.Base(t.path) {
			continue
		}
		w.programs[t.path] = true
		if err := w.follow(location{dir: t.dir}, []string{t.path}); err != nil {
			return err
		}
	}
	return nil
}

// listProgram notes what `go run` is given, so that it can be compiled before.
// A package has one name for all directories; of a file, what the files of its
// directory import is noted instead.
func (w *walk) listProgram(dir, name string) error {
	full, ok := below(dir, name)
	switch {
	case strings.HasSuffix(name, ".go"):
		files, err := w.files(path.Dir(full), w.isGo)
		if err != nil {
			return err
		}
		for _, importPath := range w.parse(path.Dir(full), files).Imports {
			w.programs[importPath] = true
		}
	case !isLocal(name):
		w.programs[name] = true
	case ok:
		w.programs[gomod.Relative(w.project.root, full)] = true
	}
	return nil
}

// program takes what `go run` is given: a directory, a file, or an import path.
func (w *walk) program(dir, name string) error {
	full, ok := below(dir, name)
	switch {
	case strings.HasSuffix(name, ".go"):
		if !ok {
			return nil
		}
		w.tree.keep(full)
		return w.followAll(path.Dir(full), w.isGo)
	case !isLocal(name):
		return w.follow(location{dir: dir}, []string{name})
	case ok:
		w.enqueue(location{dir: full})
	}
	return nil
}

// isLocal reports whether the go command takes a name for a directory.
func isLocal(name string) bool {
	return name == "." || name == ".." || strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../")
}

// above returns the paths among the words of a command that lead out of the
// directory it runs in: "../api", "-I=../api", "-I../api:../proto".
func above(words []string) []string {
	var all []string
	for _, word := range words {
		for _, part := range strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("=,: ", r) }) {
			if i := strings.Index(part, "../"); i > 0 && part[0] == '-' {
				part = part[i:]
			}
			if part == ".." || strings.HasPrefix(part, "../") {
				all = append(all, part)
			}
		}
	}
	return all
}
