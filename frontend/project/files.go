package project

import (
	"path"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
)

// Files are the project's files by their slash-separated path below the
// context. A missing file is a missing key.
type Files map[string][]byte

// Names of the files that the root of a context may have.
const (
	ModFile    = "go.mod"
	WorkFile   = "go.work"
	VendorFile = "vendor/modules.txt"
	LockFile   = "gohull.lock"
)

// ModFiles returns the names of the go.mod files that a go.work uses, so that
// they can be read before Parse. Errors in the go.work are left to Parse.
func ModFiles(goWork []byte) []string {
	var ignored diag.List
	work := parseWork(WorkFile, goWork, &ignored)
	if work == nil {
		return nil
	}
	var names []string
	for _, use := range work.Use {
		names = append(names, path.Join(use.Dir, ModFile))
	}
	return names
}

// ReplacedFiles returns the names of the go.mod files in directories that
// replace modules, so that they can be read before Parse. Errors in the files
// that replace them are left to Parse.
func ReplacedFiles(files Files) []string {
	p, err := Parse(files)
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range p.Replaces() {
		if name := r.file(); !r.Outside() && files[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
