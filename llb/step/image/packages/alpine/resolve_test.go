package alpine

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step/image/packages"
	"golang.org/x/tools/txtar"
)

// TestSolve adds packages to a base. Each case has the packages of the base
// (installed), of repositories (index, index@TAG), and the words of the spec.
func TestSolve(t *testing.T) {
	golden.Run(t, "testdata/resolve/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		golden.Set(t, ar, "want", solveCase(t, ar))
	})
}

func solveCase(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	var installed, available []*pkg
	var repositories []*repository
	var words []string
	for _, f := range ar.Files {
		kind, tag, _ := strings.Cut(f.Name, "@")
		if kind == "add" {
			words = strings.Fields(string(f.Data))
		}
		if kind != "index" && kind != "installed" {
			continue
		}
		all, err := parsePackages(f.Name, string(f.Data))
		if err != nil {
			t.Fatal(err)
		}
		if kind == "installed" {
			installed = all
			continue
		}
		r := &repository{url: fmt.Sprintf("https://%d.example.com", len(repositories)), tag: tag, order: len(repositories)}
		repositories = append(repositories, r)
		for _, p := range all {
			p.repository = r
		}
		available = append(available, all...)
	}
	for _, p := range installed {
		p.installed = true
	}
	return result(newCatalog(installed, available), installed, repositories, words)
}

// result returns a line for each package to add, or for each error.
func result(c *catalog, installed []*pkg, repositories []*repository, words []string) string {
	var wants []packages.Want
	for _, word := range words {
		name, version, _ := strings.Cut(word, "=")
		wants = append(wants, packages.Want{Name: name, Version: version})
	}
	ds, err := c.wants(wants, repositories)
	if err != nil {
		return "error: " + strings.ReplaceAll(err.Error(), "\n", "\nerror: ") + "\n"
	}
	all, err := c.solve(installed, ds)
	var e *packages.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("error: %s [%s, because of %s]\n", err, e.Package, e.Wanted)
	}
	var b strings.Builder
	for _, p := range all {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}
