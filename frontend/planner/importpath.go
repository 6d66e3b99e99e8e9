package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
)

// importPath returns that of a package of the project.
func importPath(p *project.Project, pkg step.Package) string {
	m, _ := gomod.Owner(p.Modules(), pkg.Module)
	return m.ImportPath(pkg.Dir)
}

// pathPattern cuts a pattern of import paths before its "/...", and reports
// whether an entry of the key `main` is one that modules of the project match.
func (p packages) pathPattern(value string) (below string, ok bool) {
	below, ok = strings.CutSuffix(value, "/...")
	return below, ok && slices.ContainsFunc(p.project.Members, func(m *project.Module) bool {
		_, isIn := gomod.CutPath(below, m.Path)
		_, isAbove := gomod.CutPath(m.Path, below)
		return isIn || isAbove
	})
}

// placeOf returns the directory that an import path most likely means. Of the
// modules that have the package, that is in the one with the longest path.
func (p packages) placeOf(importPath string) (dir string, ok bool) {
	modules := p.project.Modules()
	for _, places := range [][]gomod.Place{gomod.Find(modules, importPath, p.begins, p.has), gomod.Places(modules, importPath)} {
		if len(places) > 0 {
			return places[0].Dir, true
		}
	}
	return "", false
}

// namedDirs returns the directories that a spec may mean by its main packages,
// without patterns. An import path may mean one of several.
func (p packages) namedDirs(s *spec.Spec) []string {
	var dirs []string
	for _, m := range s.Main {
		if p.project.HasRequired(m.Package.Value) {
			continue
		}
		places := gomod.Places(p.project.Modules(), m.Package.Value)
		for _, place := range places {
			dirs = append(dirs, place.Dir)
		}
		if dir, ok := p.dir(m.Package.Value); ok && len(places) == 0 {
			dirs = append(dirs, dir)
		}
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return strings.HasSuffix(dir, "...") })
}

// isAmbiguous reports a package whose import path another module has as well.
// The go command builds neither, even if a directory names it.
func (p packages) isAmbiguous(m spec.String, pkg step.Package) bool {
	name := importPath(p.project, pkg)
	found := gomod.Find(p.project.Modules(), name, p.begins, p.has)
	if len(found) < 2 {
		return false
	}
	var dirs []string
	for _, place := range found {
		dirs = append(dirs, dot(place.Dir))
	}
	slices.Sort(dirs)
	p.errs.Add(diag.Diagnostic{
		At:      m.At,
		Message: fmt.Sprintf("main: %s is an ambiguous import: the modules of %s have it", name, strings.Join(dirs, " and ")),
		Hint:    "rename or remove one of them; the go command builds neither",
	})
	return true
}

// begins reports whether a module begins in a directory.
func (p packages) begins(dir string) bool { return slices.Contains(p.facts.Modules, dir) }

// has reports whether a directory has Go files.
func (p packages) has(dir string) bool {
	return slices.ContainsFunc(p.facts.Packages, func(pkg step.Package) bool { return pkg.Dir == dir })
}
