package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/gomod"
)

// Patterns of the spec name packages of the context, whatever module they are in.
// The go command of a project gets those that are in it, as it has to write them.

// relative returns a pattern of packages as the go command of the project takes
// it.
func (m modules) relative(pattern string) string {
	if !isLocal(pattern) {
		return pattern
	}
	return gomod.Relative(m.project.Dir, pattern)
}

// relatives does the same for several.
func (m modules) relatives(patterns []string) []string {
	var all []string
	for _, pattern := range patterns {
		all = append(all, m.relative(pattern))
	}
	return all
}

// isLocal reports whether a pattern names directories.
func isLocal(pattern string) bool { return pattern == "." || strings.HasPrefix(pattern, "./") }

// own returns what patterns of the spec mean in the project.
func (c *common) own(patterns []spec.String) []string {
	if c.isAll() {
		return values(patterns)
	}
	var all []string
	for _, p := range patterns {
		all = append(all, c.share(p.Value)...)
	}
	return all
}

// isAll reports whether the project is the only one, at the root of the context:
// then patterns mean what they mean to its go command.
func (c *common) isAll() bool { return len(c.projects) == 1 && c.Project.Dir == "." }

// share returns what one pattern means in the project; nil if it is about others.
func (c *common) share(pattern string) []string {
	if !isLocal(pattern) {
		if len(c.projects) == 1 || c.mayHave(pattern) {
			return []string{pattern}
		}
		return nil
	}
	dir, below := strings.CutSuffix(pattern, "...")
	dir = path.Clean(dir)
	owner, _ := gomod.Owner(c.modulesOfAll(), dir)
	if slices.Contains(c.Project.Modules(), owner) {
		return []string{pattern}
	}
	var all []string
	for _, m := range c.Project.Modules() {
		if _, isIn := gomod.CutDir(m.Dir, dir); isIn && below {
			all = append(all, dot(m.Dir)+"/...")
		}
	}
	return all
}

// mayHave reports whether an import path, or a pattern of such, may mean packages
// of the project's modules.
func (c *common) mayHave(pattern string) bool {
	below := strings.TrimSuffix(pattern, "/...")
	return slices.ContainsFunc(c.Project.Modules(), func(m gomod.Module) bool {
		_, isIn := gomod.CutPath(below, m.Path)
		_, isAbove := gomod.CutPath(m.Path, below)
		return isIn || isAbove
	})
}

// modulesOfAll returns the modules of all projects.
func (s *shared) modulesOfAll() []gomod.Module {
	var all []gomod.Module
	for _, p := range s.projects {
		all = append(all, p.Modules()...)
	}
	return all
}

// validatePatterns reports patterns that no project has packages for.
func validatePatterns(s *spec.Spec, all []*common) {
	keys := map[string][]spec.String{"test.packages": s.Test.Packages}
	for _, g := range s.Generate {
		keys["generate.packages"] = append(keys["generate.packages"], g.Packages...)
		if g.Dir.IsSet() {
			keys["generate.dir"] = append(keys["generate.dir"], spec.String{Value: dot(path.Clean(g.Dir.Value)), At: g.Dir.At})
		}
	}
	for key, patterns := range keys {
		for _, p := range patterns {
			has := func(c *common) bool { return c.isAll() || len(c.share(p.Value)) > 0 }
			if slices.ContainsFunc(all, has) {
				continue
			}
			d := diag.Diagnostic{
				At:      p.At,
				Message: fmt.Sprintf("%s: %s is in no module that main packages of the images are in", key, p.Value),
				Hint:    "those are the modules of " + join(all[0].dirsOfAll()),
			}
			for _, c := range all {
				c.errs.Add(d)
			}
		}
	}
}

func (s *shared) dirsOfAll() []string {
	var dirs []string
	for _, m := range s.modulesOfAll() {
		dirs = append(dirs, m.Dir)
	}
	return dirs
}

// hasNone reports whether the spec names the packages for a check, and none of
// them is in the project.
func (c *common) hasNone(check string) bool {
	switch check {
	case testCheck, reportTarget:
		return len(c.Spec.Test.Packages) > 0 && len(c.own(c.Spec.Test.Packages)) == 0
	case generateCheck:
		return len(c.ownGenerators()) == 0
	}
	return false
}
