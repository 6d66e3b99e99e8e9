package scan

import (
	"slices"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
)

// graph is who imports whom among the packages of the context.
type graph struct {
	modules []gomod.Module
	imports map[string][]string // import paths, by directory
	main    []string            // directories of main packages, free of links
	known   map[string]string   // answers of dirOf
	alias   map[string][]string // links that were asked for, by the directory they lead to
}

func newGraph() graph {
	return graph{known: map[string]string{}, imports: map[string][]string{}, alias: map[string][]string{}}
}

func (g *graph) add(dir string, matching []head) {
	g.imports[dir] = []string{}
	for _, h := range matching {
		for _, i := range h.imports {
			g.imports[dir] = append(g.imports[dir], i.path)
		}
	}
}

// dirOf returns the directory where the context most likely has a package, ""
// when it has none.
func (g graph) dirOf(importPath string) string {
	dir, ok := g.known[importPath]
	if !ok {
		dir = g.find(importPath)
		g.known[importPath] = dir
	}
	return dir
}

func (g graph) find(importPath string) string {
	begins := func(dir string) bool {
		return slices.ContainsFunc(g.modules, func(m gomod.Module) bool { return m.Dir == dir })
	}
	has := func(dir string) bool { return g.imports[dir] != nil }
	if found := gomod.Find(g.modules, importPath, begins, has); len(found) > 0 {
		return found[0].Dir
	}
	return ""
}

// nodes returns the packages that were found, with what they import of the
// context.
func (g graph) nodes(packages []step.Package) []step.Node {
	var all []step.Node
	for _, p := range packages {
		if p.Name == "" {
			continue
		}
		n := step.Node{Dir: p.Dir, Main: p.Name == "main"}
		for _, importPath := range g.imports[p.Dir] {
			if dir := g.dirOf(importPath); dir != "" && dir != p.Dir {
				n.Imports = append(n.Imports, dir)
			}
		}
		slices.Sort(n.Imports)
		n.Imports = slices.Compact(n.Imports)
		all = append(all, n)
	}
	return all
}

// program is what a main package is made of.
type program struct {
	dir      string
	dirs     map[string]bool // of its packages, its own included
	remedies map[string]bool // kinds of notes that are none of its concern
}

// programs returns the programs of all main packages, by directory.
func (g graph) programs() []program {
	var out []program
	for _, dir := range slices.Sorted(slices.Values(g.main)) {
		out = append(out, g.program(dir))
	}
	return out
}

func (g graph) program(dir string) program {
	p := program{dir: dir, dirs: map[string]bool{dir: true}, remedies: map[string]bool{}}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		for _, importPath := range g.imports[queue[0]] {
			if kind, ok := remedies[importPath]; ok {
				p.remedies[kind] = true
			}
			if next := g.dirOf(importPath); next != "" && !p.dirs[next] {
				p.dirs[next] = true
				queue = append(queue, next)
			}
		}
	}
	return p
}
