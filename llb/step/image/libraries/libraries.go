// Package libraries compares what executables with C in them ask of the dynamic
// linker with what an image has: the linker itself, libraries, and
// versions of their symbols. What is missing there would only show when the
// container starts, as "exec: not found".
//
// It looks where glibc's and musl's linkers look. What a program opens by
// itself, with dlopen, nobody knows before.
package libraries

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

// Check tells what the executables in built need and image does not have. An
// executable without a dynamic linker needs nothing. Importers are packages
// that have libraries loaded without cgo.
func Check(built, image fs.FS, v step.Libraries, importers []string) ([]string, error) {
	var problems []string
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		exe, err := read(built, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if exe.linker != "" {
			problems = append(problems, check(exe, image, v, importers)...)
		}
		return nil
	})
	return problems, err
}

func check(exe object, image fs.FS, v step.Libraries, importers []string) []string {
	w := newWalk(exe, image, v.Path)
	w.cgo, w.importers = v.Cgo, importers
	if !w.hasLinker() {
		return []string{fmt.Sprintf("/%s is linked with %s%s: it starts through %s, which %s does not have%s; %s",
			exe.path, family(exe.linker), w.reason(), exe.linker, v.Image, w.needs(), w.linkerHint())}
	}
	w.load()
	var problems []string
	for _, m := range w.missing {
		problems = append(problems, fmt.Sprintf("/%s needs %s%s, which %s does not have; %s", exe.path, m, w.reason(), v.Image, w.hint(m)))
	}
	return problems
}

// reason says what has an executable linked dynamically that is compiled
// without cgo.
func (w *walk) reason() string {
	switch {
	case w.cgo:
		return ""
	case len(w.importers) > 0:
		return " (asked for by " + strings.Join(w.importers, ", ") + ")"
	}
	return " (asked for by `build.ldflags`)"
}

// needs names the libraries of an executable.
func (w *walk) needs() string {
	if len(w.exe.needed) == 0 {
		return ""
	}
	return ", and needs " + strings.Join(w.exe.needed, ", ")
}

// missing is a library, or a version of its symbols, that an image lacks.
type missing struct {
	library string
	version string // "GLIBC_2.38"; empty when the library itself is missing
	by      string // the library that needs it; empty for the executable
	other   string // a library of this name that is for other machines
}

func (m missing) String() string {
	text := m.library
	if m.version != "" {
		text = m.version + " of " + m.library
	}
	if m.by != "" {
		text += " (through " + m.by + ")"
	}
	if m.other != "" {
		text += " for its architecture (/" + m.other + " is for another)"
	}
	return text
}

// walk follows what an executable needs through an image, breadth first, as
// the dynamic linker does.
type walk struct {
	image   fs.FS
	exe     object
	search  search
	loaded  map[string]object // by the name they were asked for
	missing []missing

	cgo       bool     // whether it has C in it
	importers []string // packages that have libraries loaded without cgo
}

func newWalk(exe object, image fs.FS, path string) *walk {
	return &walk{
		image:  image,
		exe:    exe,
		search: newSearch(image, exe, path),
		loaded: map[string]object{},
	}
}

// hasLinker finds the dynamic linker. It is a library, too.
func (w *walk) hasLinker() bool {
	linker, _, ok := w.open([]string{w.exe.linker})
	if ok {
		w.loaded[base(w.exe.linker)] = linker
	}
	return ok
}

func (w *walk) load() {
	queue := []object{w.exe}
	for len(queue) > 0 {
		queue = append(queue[1:], w.libraries(queue[0])...)
	}
}

// libraries loads what an object needs, and returns what was not loaded yet.
func (w *walk) libraries(o object) []object {
	var fresh []object
	for _, name := range o.needed {
		if _, ok := w.loaded[name]; ok || w.search.builtIn(name) {
			continue
		}
		lib, other, ok := w.open(w.search.candidates(o, name))
		w.loaded[name] = lib
		if !ok {
			w.miss(o, missing{library: name, other: other})
			continue
		}
		fresh = append(fresh, lib)
	}
	if !w.search.musl { // which does not look at versions
		w.versions(o)
	}
	return fresh
}

// versions compares the versions that an object wants with those of the
// libraries it was given. A library without any is taken as it is.
func (w *walk) versions(o object) {
	for _, want := range o.wants {
		lib, ok := w.loaded[want.library]
		if ok && len(lib.versions) > 0 && !slices.Contains(lib.versions, want.name) {
			w.miss(o, missing{library: want.library, version: want.name})
		}
	}
}

func (w *walk) miss(o object, m missing) {
	if o.path != w.exe.path {
		m.by = base(o.path)
	}
	w.missing = append(w.missing, m)
}

// open returns the first of some paths that has an object for the executable's
// machine, and one that is for another.
func (w *walk) open(paths []string) (lib object, other string, ok bool) {
	for _, name := range paths {
		lib, err := readLinked(w.image, name)
		switch {
		case err != nil:
		case lib.class == w.exe.class && lib.machine == w.exe.machine:
			return lib, "", true
		default:
			other = lib.path
		}
	}
	return object{}, other, false
}
