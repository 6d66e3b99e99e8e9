package scan

import (
	"path"
	"slices"
	"strings"
)

// graph is who imports whom among the packages of the context.
type graph struct {
	modules map[string]string   // folder by module path
	imports map[string][]string // import paths, by folder
	main    []string            // folders of main packages
}

func newGraph() graph {
	return graph{modules: map[string]string{}, imports: map[string][]string{}}
}

func (g *graph) add(dir string, matching []head) {
	for _, h := range matching {
		for _, i := range h.imports {
			g.imports[dir] = append(g.imports[dir], i.path)
		}
	}
}

// folder is where the context has a package, "" when it has not.
func (g graph) folder(importPath string) string {
	for module := importPath; module != "."; module = path.Dir(module) {
		if dir, ok := g.modules[module]; ok {
			return path.Join(dir, strings.TrimPrefix(importPath, module))
		}
	}
	return ""
}

// from gives the folders that a package is made of, its own included.
func (g graph) from(dir string) map[string]bool {
	seen := map[string]bool{dir: true}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		for _, importPath := range g.imports[queue[0]] {
			if next := g.folder(importPath); next != "" && !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return seen
}

// mains are the main packages that a folder is part of, sorted.
func (g graph) mains(dir string) []string {
	var out []string
	for _, main := range g.main {
		if g.from(main)[dir] {
			out = append(out, main)
		}
	}
	slices.Sort(out)
	return out
}

// brings reports whether a main package is made with a remedy of this kind.
func (g graph) brings(main, kind string) bool {
	for dir := range g.from(main) {
		for _, importPath := range g.imports[dir] {
			if remedies[importPath] == kind {
				return true
			}
		}
	}
	return false
}
