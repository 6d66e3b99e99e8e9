// Package groups divides the packages of a project into groups that are
// compiled or tested together.
//
// ByDirectory divides by directories alone. Divide also looks at imports, so
// that no two groups depend on each other. For and ForTests return what is needed of
// these groups for main packages, and for tests. All are functions of their
// arguments, and they are stable: adding or editing a package moves no other
// package, except for two cases. A directory that reaches a threshold becomes a
// group of its own, or several. And with Divide, a changed import may move the
// packages that depend on the one that has it; these have to be compiled again
// in any case.
package groups

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Package is a package of the project.
type Package struct {
	Dir     string   // relative to the context, "." for the root
	Main    bool     // whether it is a main package, which no other imports
	Imports []string // directories of the packages of the project that it imports
	Profile bool     // of a main package: whether it has a profile to be optimized by
}

// Group is packages that belong together.
type Group struct {
	Dir  string   // all packages are in or below this directory
	Rank int      // of Divide: how often a chain of imports goes from one directory to another
	Dirs []string // of the packages, sorted
}

// Name returns a text that no other group has, and that is the same for the
// next commit of the project.
func (g Group) Name() string { return fmt.Sprintf("%s:%d", g.Dir, g.Rank) }

// smallest is the least number of packages for which it pays to divide them.
const smallest = 8

// Size returns how many packages a directory of a project may have before it
// is divided. It follows the number of packages in powers of two: it seldom
// changes, and the number of groups does not grow with the project.
func Size(packages int) int {
	size := smallest
	for size*4 < packages {
		size *= 2
	}
	return size
}

// ByDirectory divides directories of packages. A directory with more than size
// packages in and below it is divided: each directory in it that has at least a
// quarter of size packages is divided in turn, and the rest is one group. The
// groups are sorted by directory.
func ByDirectory(dirs []string, size int) []Group {
	var all []Group
	for dir, members := range cut(".", slices.Clone(dirs), size) {
		slices.Sort(members)
		all = append(all, Group{Dir: dir, Dirs: members})
	}
	slices.SortFunc(all, compare)
	return all
}

func compare(a, b Group) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Dir, b.Dir))
}

// cut divides the packages that are in or below a directory.
func cut(dir string, packages []string, size int) map[string][]string {
	if len(packages) == 0 {
		return nil
	}
	if len(packages) <= size {
		return map[string][]string{dir: packages}
	}
	var rest []string
	all := map[string][]string{}
	for child, below := range byChild(dir, packages) {
		if child == dir || len(below)*4 < size {
			rest = append(rest, below...)
			continue
		}
		maps.Copy(all, cut(child, below, size))
	}
	if len(rest) > 0 {
		all[dir] = rest
	}
	return all
}

// byChild sorts packages by the directories in dir that they are in or below;
// that of dir itself is under dir.
func byChild(dir string, packages []string) map[string][]string {
	all := map[string][]string{}
	for _, p := range packages {
		child := dir
		if p != dir {
			first, _, _ := strings.Cut(strings.TrimPrefix(p, dir+"/"), "/")
			child = path.Join(dir, first)
		}
		all[child] = append(all[child], p)
	}
	return all
}

// most is the largest number of groups. Each group costs some time even if
// nothing of it changed.
const most = 64

// large is the most packages that a directory of a large project may have before
// Divide divides it, unless there would be too many groups. With more, an edit of
// one package would compile hundreds of others that do not depend on it.
const large = 64

// Divide divides packages so that no two groups depend on each other, directly
// or not: a group comes after those that it depends on. It divides by
// directory, and packages of one directory by their rank.
func Divide(packages []Package) []Group {
	all, _ := newGraph(packages).fit()
	return all
}

// fit divides by the smallest size of directories that gives few enough groups.
func (g graph) fit() (all []Group, size int) {
	for size = min(Size(len(g.dirs)), large); ; size *= 2 {
		if all = g.divide(size); len(all) <= most {
			return all, size
		}
	}
}

func (g graph) divide(size int) []Group {
	dirOf := map[string]string{}
	for _, group := range ByDirectory(g.dirs, size) {
		for _, dir := range group.Dirs {
			dirOf[dir] = group.Dir
		}
	}
	type place struct {
		dir  string
		rank int
	}
	rank, members := map[string]int{}, map[place][]string{}
	for _, p := range g.order {
		for _, q := range g.imports[p] {
			next := rank[q]
			if dirOf[q] != dirOf[p] {
				next++
			}
			rank[p] = max(rank[p], next)
		}
		at := place{dirOf[p], rank[p]}
		members[at] = append(members[at], p)
	}
	var all []Group
	for at, dirs := range members {
		slices.Sort(dirs)
		all = append(all, Group{Dir: at.dir, Rank: at.rank, Dirs: dirs})
	}
	slices.SortFunc(all, compare)
	return all
}

// graph is the imports of packages, without circles.
type graph struct {
	dirs    []string            // sorted
	imports map[string][]string // by directory, sorted
	order   []string            // of directories: each comes after those that it imports
}

// newGraph leaves out imports of packages that it does not know, and those that
// close a circle. Go has no circles, but a project may be wrong.
func newGraph(packages []Package) graph {
	asked := map[string][]string{}
	for _, p := range packages {
		asked[p.Dir] = append(asked[p.Dir], p.Imports...)
	}
	g := graph{dirs: slices.Sorted(maps.Keys(asked)), imports: map[string][]string{}}
	open, done := map[string]bool{}, map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		open[dir] = true
		imports := slices.Clone(asked[dir])
		slices.Sort(imports)
		for _, next := range slices.Compact(imports) {
			if _, known := asked[next]; !known || open[next] && !done[next] {
				continue
			}
			if !done[next] {
				visit(next)
			}
			g.imports[dir] = append(g.imports[dir], next)
		}
		done[dir] = true
		g.order = append(g.order, dir)
	}
	for _, dir := range g.dirs {
		if !done[dir] {
			visit(dir)
		}
	}
	return g
}
