package groups

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Compiled is a group as far as main packages, or tests, need it.
type Compiled struct {
	Group
	Parts []Part
	Uses  []Use // parts of groups before it that it needs
}

// Part is packages of a group that the same others need: groups of compiled packages,
// and of tests.
type Part struct{ Dirs []string }

// Name returns a text that no other part of the group has.
func (p Part) Name() string { return p.Dirs[0] }

// Use is a part of one of several groups.
type Use struct{ Group, Part int }

// For divides the packages of a project and returns what main packages need of
// the groups, in the order of Divide. A group has parts because other groups may
// need only some of its packages: an edit in one part then reaches no group that
// needs only other parts. A main package that is optimized by its profile, if profiles
// are used, needs none: the compiler compiles every package for this one program.
func For(packages []Package, mains []string, profiles bool) []Compiled {
	optimized := map[string]bool{}
	for _, p := range packages {
		optimized[p.Dir] = p.Main && p.Profile && profiles
	}
	g := newGraph(packages)
	needed := g.closure(slices.DeleteFunc(slices.Clone(mains), func(dir string) bool { return optimized[dir] }))
	all := compiled(packages, needed)
	g.part(all, nil)
	return all
}

// ForTests divides the packages of a project as For does, for packages that are tested
// in groups. It also returns the parts that each of these groups uses: what its
// packages import, directly or not, and do not include. What only the files of tests
// import is left out.
func ForTests(packages []Package, tested [][]string) (all []Compiled, uses [][]Use) {
	g := newGraph(packages)
	var imported []map[string]bool
	var needed []string
	for _, dirs := range tested {
		known := slices.DeleteFunc(slices.Clone(dirs), func(dir string) bool { return !g.has(dir) })
		of := g.closure(known)
		for _, dir := range known {
			delete(of, dir)
		}
		imported = append(imported, of)
		needed = slices.AppendSeq(needed, maps.Keys(of))
	}
	all = compiled(packages, g.closure(needed))
	return all, g.part(all, imported)
}

// compiled divides the packages that others can import, as far as they are needed.
func compiled(packages []Package, needed map[string]bool) []Compiled {
	libraries := slices.DeleteFunc(slices.Clone(packages), func(p Package) bool { return p.Main })
	var all []Compiled
	for _, group := range Divide(libraries) {
		group.Dirs = slices.DeleteFunc(group.Dirs, func(dir string) bool { return !needed[dir] })
		if len(group.Dirs) > 0 {
			all = append(all, Compiled{Group: group})
		}
	}
	return all
}

// part finds the parts of groups, and who uses them: other groups, and tests, of which
// it gets what each group of them imports. It returns what the tests use.
func (g graph) part(all []Compiled, imported []map[string]bool) [][]Use {
	users := map[string][]int{}
	for i, c := range all {
		for dir := range g.closure(c.Dirs) {
			users[dir] = append(users[dir], i)
		}
	}
	for i, of := range imported {
		for dir := range of {
			users[dir] = append(users[dir], len(all)+i)
		}
	}
	uses := make([][]Use, len(imported))
	for i := range all {
		for _, dirs := range partition(all[i].Dirs, users) {
			use := Use{Group: i, Part: len(all[i].Parts)}
			all[i].Parts = append(all[i].Parts, Part{dirs})
			for _, user := range users[dirs[0]] {
				switch {
				case user >= len(all):
					uses[user-len(all)] = append(uses[user-len(all)], use)
				case user != i:
					all[user].Uses = append(all[user].Uses, use)
				}
			}
		}
	}
	return uses
}

// partition returns the directories that have the same users, sorted by the first
// of them.
func partition(dirs []string, users map[string][]int) [][]string {
	byUsers := map[string][]string{}
	for _, dir := range dirs {
		key := fmt.Sprint(users[dir])
		byUsers[key] = append(byUsers[key], dir)
	}
	return slices.SortedFunc(maps.Values(byUsers), func(a, b []string) int { return strings.Compare(a[0], b[0]) })
}

// has reports whether there is a package.
func (g graph) has(dir string) bool {
	_, found := slices.BinarySearch(g.dirs, dir)
	return found
}

// closure returns packages and all that they import, directly or not.
func (g graph) closure(dirs []string) map[string]bool {
	all := map[string]bool{}
	queue := slices.Clone(dirs)
	for len(queue) > 0 {
		dir := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !all[dir] {
			all[dir] = true
			queue = append(queue, g.imports[dir]...)
		}
	}
	return all
}
