package project

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

func members(p *Project, files Files, errs *diag.List) []*Module {
	if p.Work == nil {
		if p.Root == nil {
			return nil
		}
		return []*Module{p.Root}
	}
	var ms []*Module
	for _, use := range p.Work.Use {
		if m := member(p, use, files, errs); m != nil {
			ms = append(ms, m)
		}
	}
	slices.SortFunc(ms, func(a, b *Module) int { return cmp.Compare(a.Dir, b.Dir) })
	return ms
}

func member(p *Project, use Use, files Files, errs *diag.List) *Module {
	if use.Dir == p.Dir && p.Root != nil {
		return p.Root
	}
	name := path.Join(use.Dir, ModFile)
	data, ok := files[name]
	if !ok {
		errs.Add(diag.Diagnostic{
			At:      use.At,
			Message: fmt.Sprintf("use %s: %s is missing in the build context", use.Dir, name),
			Missing: []string{name},
		})
		return nil
	}
	return parseModule(name, data, errs)
}

// others skips go.mod files with errors: not all builds read them.
func others(p *Project, files Files) []*Module {
	found := map[string]*Module{}
	for _, r := range p.Replaces() {
		data, ok := files[r.file()]
		if !ok || r.Outside() || p.Member(path.Dir(r.file())) != nil {
			continue
		}
		var ignored diag.List
		if m := parseModule(r.file(), data, &ignored); m != nil {
			found[m.Dir] = m
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *Module) int { return cmp.Compare(a.Dir, b.Dir) })
}

// Contains reports whether a directory has the go.mod of a module that the
// project builds from source.
func (p *Project) Contains(dir string) bool {
	return p.Member(dir) != nil
}

// Member returns the module in a directory; nil if it does not belong to the
// project.
func (p *Project) Member(dir string) *Module {
	for _, m := range p.Members {
		if m.Dir == dir {
			return m
		}
	}
	return nil
}

// Other returns the module in a directory that replaces another module; nil if
// there is none.
func (p *Project) Other(dir string) *Module {
	for _, m := range p.Others {
		if m.Dir == dir {
			return m
		}
	}
	return nil
}

// Requires reports whether the project requires any other module.
func (p *Project) Requires() bool {
	return slices.ContainsFunc(p.Members, func(m *Module) bool { return len(m.Require) > 0 })
}

// HasRequired reports whether an import path, or a pattern of such, is of a module
// that the project requires, and not of one of its own.
func (p *Project) HasRequired(importPath string) bool {
	var own, required []string
	for _, m := range p.Members {
		own = append(own, m.Path)
		for _, r := range m.Require {
			required = append(required, r.Path)
		}
	}
	return gomod.Longest(importPath, required) > gomod.Longest(importPath, own)
}

// Shared reports whether the project has the source of modules other than the
// main one. Then modules from elsewhere may import it.
func (p *Project) Shared() bool {
	return p.Work != nil || len(p.Replaces()) > 0
}
