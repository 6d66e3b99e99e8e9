package project

import (
	"maps"
	"path"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
)

// Files are the project's files by their slash-separated path below the
// context. A missing file is a missing key.
type Files map[string][]byte

// Names of the files that describe a project, in its directory.
const (
	ModFile    = "go.mod"
	WorkFile   = "go.work"
	VendorFile = "vendor/modules.txt"
)

// LockFile is the lock, at the root of the context.
const LockFile = "gohull.lock"

// Describing returns the names of the files that describe a project in a
// directory.
func Describing(dir string) []string {
	return []string{path.Join(dir, ModFile), path.Join(dir, WorkFile), path.Join(dir, VendorFile)}
}

// Wanted returns the names of all files that decide how main packages are built,
// as far as the files that are known tell. Read them, and ask again until
// no other name is wanted. The main packages are those of each image, as a spec
// names them.
func Wanted(files Files, images [][]string) []string {
	f := newFinder(files)
	names := f.above(images)
	names.add(Describing(".")...)
	for _, p := range append(f.places(images), root) {
		names.add(listedBy(files, p)...)
	}
	return names.sorted()
}

// WantedOf returns the names of the files that are wanted in addition to those of
// the context's root, as far as the main packages alone tell.
func WantedOf(images [][]string) []string { return newFinder(nil).above(images).sorted() }

// above returns the names of the files that describe a project, in the directories
// of main packages and in those above them, below the root.
func (f finder) above(images [][]string) set {
	names := set{}
	for _, mains := range images {
		for _, dir := range f.dirs(mains) {
			for ; dir != "."; dir = path.Dir(dir) {
				names.add(Describing(dir)...)
			}
		}
	}
	return names
}

type set map[string]bool

func (s set) sorted() []string { return slices.Sorted(maps.Keys(s)) }

func (s set) add(names ...string) {
	for _, name := range names {
		s[name] = true
	}
}

// listedBy returns the names of the go.mod files that those of a project name.
// Errors in the files are left to Parse.
func listedBy(files Files, at place) []string {
	var names []string
	var ignored diag.List
	if data, ok := files[at.workFile()]; ok {
		if work := parseWork(at.workFile(), data, &ignored); work != nil {
			for _, use := range work.Use {
				names = append(names, path.Join(use.Dir, ModFile))
			}
		}
	}
	p, err := parse(files, at)
	if err != nil {
		return names
	}
	for _, r := range p.Replaces() {
		if !r.Outside() {
			names = append(names, r.file())
		}
	}
	return names
}
