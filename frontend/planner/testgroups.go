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

// packagesOfStep is how many packages compile in the time that a step takes to find
// what is imported and to get that out of packs.
const packagesOfStep = 30

// inARow is how much longer packages take that compile one group after the other, and
// not in several groups side by side.
const inARow = 2

// ownPacks has groups of tests start from packs of what they import of the project, if
// packs are wanted and it takes less time to make them than to compile the packages in
// each group. source is that of all packages and their tests.
func (c checking) ownPacks(g *plan.Groups, source plan.Pick) {
	if !c.packs.wanted() {
		return
	}
	var tested [][]string
	for _, group := range g.All {
		tested = append(tested, group.Pick.Mains)
	}
	all, uses := groups.ForTests(packagesOf(c.facts), tested)
	packed := 0
	for _, group := range all {
		packed += len(group.Dirs)
	}
	if imported(all, uses) <= packed*inARow+packagesOfStep*len(all) {
		return
	}
	for i := range g.All {
		g.All[i].Uses = usedParts(all, uses[i])
	}
	source.Tests, source.Grouped, source.Mains = false, true, nil
	for _, group := range all {
		source.Mains = append(source.Mains, group.Dirs...)
	}
	g.Own = &plan.OwnPacks{Scan: c.scan, Pick: source, Start: c.packs.ownForTests(all, raceFlags(c.spec))}
}

// imported returns how many packages groups of tests import, counted for each group.
func imported(all []groups.Compiled, uses [][]groups.Use) int {
	count := 0
	for _, of := range uses {
		for _, u := range of {
			count += len(all[u.Group].Parts[u.Part].Dirs)
		}
	}
	return count
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
