// Package project turns the files that describe a Go project, go.mod, go.work
// and vendor/modules.txt, into the facts that a build depends on. It parses
// bytes and reads nothing.
package project

import (
	"github.com/gohull/gohull/frontend/diag"
)

// Project is what the files say.
type Project struct {
	Root    *Module   // the context's own go.mod; nil if it has none
	Work    *Work     // its go.work; nil if it has none
	Members []*Module // modules that are built from source: Root, or all that Work uses; sorted by Dir
	Others  []*Module // modules in directories of the context that replace others; sorted by Dir
	Vendor  *Vendor   // its vendor/modules.txt; nil if it has none
	Hidden  Files     // files of these that the ignore file hides
	Below   string    // the context's directory below the root of its checkout; empty if it is the root, or unknown
}

// Parse reads the project's files. Its error is a diag.Errors with everything
// that is wrong with them. It is not an error if go.mod and go.work are
// missing: only the caller knows whether there are others in subdirectories.
func Parse(files Files) (*Project, error) {
	var errs diag.List
	p := &Project{}
	if data, ok := files[VendorFile]; ok {
		p.Vendor = parseVendor(VendorFile, data)
	}
	if data, ok := files[ModFile]; ok {
		p.Root = parseModule(ModFile, data, &errs)
	}
	if data, ok := files[WorkFile]; ok {
		p.Work = parseWork(WorkFile, data, &errs)
	}
	p.Members = members(p, files, &errs)
	p.Others = others(p, files)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// Unknown returns the directives of the project's files that only a newer Go
// can know.
func (p *Project) Unknown() []Directive {
	var all []Directive
	if p.Work != nil {
		all = append(all, p.Work.Unknown...)
	}
	for _, m := range p.Members {
		all = append(all, m.Unknown...)
	}
	return all
}
