package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/groups"
	"github.com/gohull/gohull/llb/plan"
)

// fewPackages is how many packages a check examines in one step. Another step
// costs a container, which unpacks compiled packages: with so few, that takes
// longer than to examine all of them again.
const fewPackages = 8

// groupSize is how many packages of a directory are one group. It grows with the
// project, so that the number of groups does not.
func groupSize(packages int) int { return max(fewPackages, groups.Size(packages)/4) }

// examined returns the directories of the packages that patterns name, sorted; nil
// if only the go command can tell.
func (c checking) examined(patterns []string) []string {
	if slices.ContainsFunc(patterns, func(p string) bool { return !isLocal(p) }) {
		return nil
	}
	var dirs []string
	add := func(dir, module string) {
		owner, _ := gomod.Owner(c.Project.Modules(), dir)
		if module == owner.Dir && matchesAny(patterns, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, p := range c.facts.Packages {
		add(p.Dir, p.Module)
	}
	for _, t := range c.facts.Tests {
		add(t.Dir, t.Module)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// matchesAny reports whether a directory is one that patterns name.
func matchesAny(patterns []string, dir string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		parent, all := strings.CutSuffix(pattern, "/...")
		if !all {
			return dot(dir) == pattern || pattern == "./"+dir+"/"
		}
		return parent == "." || dot(dir) == parent || strings.HasPrefix(dot(dir), parent+"/")
	})
}

// groups divides a check of packages into groups; nil for one step. start returns
// what a group begins with.
func (c checking) groups(s plan.CheckStep, source plan.Source, patterns []string, start func(dirs []string) plan.Start) *plan.Groups {
	dirs := c.examined(patterns)
	c.validateGroupFilters(s.ID, dirs)
	if len(dirs) <= fewPackages {
		return nil
	}
	g := &plan.Groups{Source: source.Step}
	for _, own := range divided(dirs) {
		part := s
		part.Name, part.Start, part.Also = s.Name+" "+groupName(own), start(own), filters(s.ID, own)
		pick := source.Pick
		pick.Mains = own
		g.All = append(g.All, plan.Group{CheckStep: part, Pick: pick})
	}
	return g
}

// divided divides packages by their directories. A package that has others below it
// imports them more often than not, and is apart from them.
func divided(dirs []string) [][]string {
	var all [][]string
	for _, g := range groups.ByDirectory(dirs, groupSize(len(dirs))) {
		below := slices.DeleteFunc(slices.Clone(g.Dirs), func(dir string) bool { return dir == g.Dir })
		if len(below) < len(g.Dirs) {
			all = append(all, []string{g.Dir})
		}
		if len(below) > 0 {
			all = append(all, below)
		}
	}
	return all
}

// groupName returns what people call some packages.
func groupName(dirs []string) string {
	name := dot(dirs[0])
	if len(dirs) > 1 {
		name += fmt.Sprintf(" and %d more", len(dirs)-1)
	}
	return name
}

// filters returns the names that --no-cache-filter takes for the group of some
// packages.
func filters(id string, dirs []string) []string {
	var all []string
	for _, dir := range dirs {
		all = append(all, id+":"+dot(dir))
	}
	return all
}

// hasGroups reports whether a step may have groups, one of which --no-cache-filter
// names by a package.
func hasGroups(id string) bool {
	return strings.EqualFold(id, "check-"+testCheck) || strings.EqualFold(id, "check-"+vetCheck)
}

// validateGroupFilters reports packages of --no-cache-filter that the check does
// not examine.
func (c checking) validateGroupFilters(id string, dirs []string) {
	known := filters(id, dirs)
	for _, name := range c.Request.Uncached {
		if !strings.HasPrefix(strings.ToLower(name), id+":") || slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			continue
		}
		d := diag.Diagnostic{
			At:      diag.Range{File: "--no-cache-filter " + name},
			Message: fmt.Sprintf("%s examines no such package", id),
			Hint:    "name a package by its directory, such as " + id + ":./internal/x",
		}
		c.errs.Add(withClosest(d, name, known))
	}
}
