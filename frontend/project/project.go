// Package project turns the files that describe a Go project, go.mod, go.work
// and vendor/modules.txt, into the facts that a build depends on. It parses
// bytes and reads nothing.
package project

import (
	"path"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// Project is a module, or the modules of a workspace.
type Project struct {
	Dir     string    // of its go.work or go.mod, below the context: "." or "cmd/controller"; the go command runs there
	NoWork  bool      // whether a go.work of the context is not used, since it does not name the module
	Root    *Module   // the go.mod in Dir; nil if it has none
	Work    *Work     // the go.work in Dir; nil if it has none, or if it is not used
	Members []*Module // modules that are built from source: Root, or all that Work uses; sorted by Dir
	Others  []*Module // modules in directories of the context that replace others; sorted by Dir
	Vendor  *Vendor   // the vendor/modules.txt in Dir; nil if it has none
	Hidden  Files     // files of these that the ignore file hides
	Below   string    // the context's directory below the root of its checkout; empty if it is the root, or unknown
}

// Parse reads the files of the project at the root of the context. Its error is a
// diag.Errors with everything that is wrong with them. It is not an error if
// go.mod and go.work are missing: only the caller knows whether there are others
// in subdirectories.
func Parse(files Files) (*Project, error) { return parse(files, root) }

func parse(files Files, at place) (*Project, error) {
	var errs diag.List
	p := &Project{Dir: at.dir, NoWork: at.noWork}
	if data, ok := files[p.VendorFile()]; ok {
		p.Vendor = parseVendor(p.VendorFile(), data)
	}
	if data, ok := files[path.Join(p.Dir, ModFile)]; ok {
		p.Root = parseModule(path.Join(p.Dir, ModFile), data, &errs)
	}
	if data, ok := files[at.workFile()]; ok {
		p.Work = parseWork(at.workFile(), data, &errs)
	}
	p.Members = members(p, files, &errs)
	p.Others = others(p, files)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// File returns the name of the project's go.work or go.mod.
func (p *Project) File() string {
	if p.Work != nil {
		return p.Work.File
	}
	return path.Join(p.Dir, ModFile)
}

// VendorFile returns the name of the project's vendor/modules.txt.
func (p *Project) VendorFile() string { return path.Join(p.Dir, VendorFile) }

// Modules returns the modules that are built from source.
func (p *Project) Modules() []gomod.Module {
	var all []gomod.Module
	for _, m := range p.Members {
		all = append(all, gomod.Module{Path: m.Path, Dir: m.Dir})
	}
	return all
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
