package project

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// pkg is what `go list -json` says of a package.
type pkg struct {
	ImportPath   string
	Name         string
	Dir          string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	Module       *struct{ Main bool }
}

// list lists a main package and all that it is made of.
func list(ctx context.Context, dir, main string) ([]pkg, error) {
	out, err := goCommand(ctx, dir, "list", "-deps", "-json=ImportPath,Name,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,Module", main)
	if err != nil {
		return nil, err
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list %s: %w", main, err)
		}
		all = append(all, p)
	}
}

// goCommand runs the go command as images are built: without cgo.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOTOOLCHAIN=local")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s in %s: %w\n%s", cmd, dir, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// graph is the program's packages of the project's own, by import path.
type graph map[string]pkg

func own(packages []pkg) graph {
	g := graph{}
	for _, p := range packages {
		if p.Module != nil && p.Module.Main {
			g[p.ImportPath] = p
		}
	}
	return g
}

func (g graph) main() string {
	for path, p := range g {
		if p.Name == "main" {
			return path
		}
	}
	return ""
}

// ranked are the packages that can be edited but for the main one: first
// those that the fewest others are built upon.
func (g graph) ranked() []string {
	above := map[string]int{}
	for path := range g {
		for below := range g.below(path) {
			above[below]++
		}
	}
	paths := slices.DeleteFunc(slices.Collect(maps.Keys(g)), func(path string) bool {
		return g[path].Name == "main" || g.file(path) == ""
	})
	slices.SortFunc(paths, func(a, b string) int {
		return cmp.Or(
			cmp.Compare(above[a], above[b]),
			cmp.Compare(len(g.below(a)), len(g.below(b))), // with equals, the one that stands alone
			cmp.Compare(a, b),
		)
	})
	return paths
}

// below are the packages that a package is built upon, not itself.
func (g graph) below(path string) map[string]bool {
	found := map[string]bool{}
	g.addBelow(path, found)
	return found
}

func (g graph) addBelow(path string, found map[string]bool) {
	for _, imported := range g[path].Imports {
		if _, ok := g[imported]; ok && !found[imported] {
			found[imported] = true
			g.addBelow(imported, found)
		}
	}
}

// file is a Go file of a package, empty when it has none.
func (g graph) file(path string) string {
	p := g[path]
	if len(p.GoFiles) == 0 {
		return ""
	}
	return filepath.Join(p.Dir, p.GoFiles[0])
}

// test is a test of one of the packages, empty when they have none.
func (g graph) test() string {
	for _, path := range slices.Sorted(maps.Keys(g)) {
		p := g[path]
		if tests := slices.Concat(p.TestGoFiles, p.XTestGoFiles); len(tests) > 0 {
			return filepath.Join(p.Dir, tests[0])
		}
	}
	return ""
}
