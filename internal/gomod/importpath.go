package gomod

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Module is a module whose source is in a directory of the project.
type Module struct {
	Path string // "example.com/acme/api"
	Dir  string // "services/api", "." for the root
}

// CutPath returns what follows a module's path in an import path, and reports
// whether the package may be in that module.
func CutPath(importPath, modulePath string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(importPath, modulePath)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	return strings.TrimPrefix(rest, "/"), true
}

// CutDir returns the part of a directory below another one, and reports
// whether it is there.
func CutDir(dir, root string) (rest string, ok bool) {
	if root == "." {
		return strings.TrimPrefix(dir, "."), !outside(dir)
	}
	return CutPath(dir, root)
}

// Relative returns a directory as the go command takes it from another one: ".",
// "./cmd/api" or "../lib". A pattern such as "cmd/..." is a directory as well.
func Relative(from, dir string) string {
	rel, err := filepath.Rel(from, dir)
	switch {
	case err != nil:
		return dir // which is outside of the context
	case rel == "." || outside(rel):
		return rel
	}
	return "./" + rel
}

// ImportPath is the import path of a directory of the module.
func (m Module) ImportPath(dir string) string {
	rest, _ := CutDir(dir, m.Dir)
	return path.Join(m.Path, rest)
}

// Longest is the length of the longest module path that an import path
// begins with; 0 if there is none.
func Longest(importPath string, modulePaths []string) int {
	n := 0
	for _, m := range modulePaths {
		if _, ok := CutPath(importPath, m); ok {
			n = max(n, len(m))
		}
	}
	return n
}

// IsStandard reports whether the go command takes an import path for one of
// the standard library: its first element has no dot.
func IsStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// Place is a directory that an import path may mean.
type Place struct {
	Module Module
	Dir    string
}

// Places returns the directories of modules that an import path may mean, the
// longest module path first. Two modules of one directory give one place.
func Places(modules []Module, importPath string) []Place {
	var all []Place
	for _, m := range modules {
		rest, ok := CutPath(importPath, m.Path)
		if p := (Place{m, path.Join(m.Dir, rest)}); ok && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b Place) int { return cmp.Compare(len(b.Module.Path), len(a.Module.Path)) })
	return all
}

// Find returns those of the places that have the package: no module begins on
// the way from the module to it, and there are Go files. More than one is
// what the go command calls an ambiguous import.
func Find(modules []Module, importPath string, begins, hasGo func(dir string) bool) []Place {
	return slices.DeleteFunc(Places(modules, importPath), func(p Place) bool {
		return outside(p.Dir) || crosses(p, begins) || !hasGo(p.Dir)
	})
}

// crosses reports whether another module begins between a module and one of
// its directories.
func crosses(p Place, begins func(dir string) bool) bool {
	for dir := p.Dir; dir != p.Module.Dir; dir = path.Dir(dir) {
		if begins(dir) {
			return true
		}
	}
	return false
}

// Owner returns the module that a directory is in: the one that is nearest
// above it.
func Owner(modules []Module, dir string) (Module, bool) {
	for ; ; dir = path.Dir(dir) {
		i := slices.IndexFunc(modules, func(m Module) bool { return m.Dir == dir })
		if i >= 0 {
			return modules[i], true
		}
		if path.Dir(dir) == dir {
			return Module{}, false
		}
	}
}
