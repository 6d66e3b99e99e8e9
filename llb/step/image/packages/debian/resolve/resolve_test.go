package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
	"golang.org/x/tools/txtar"
)

// TestResolve reads cases with the packages of repositories and of a base, and
// for each list what is added, or the error.
func TestResolve(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		golden.Fill(ar, func(list string) string { return resolved(t, ar, list) })
	})
}

// resolved returns the result for a list such as "git tini=1.0".
func resolved(t *testing.T, a *txtar.Archive, list string) string {
	t.Helper()
	u := NewUniverse("amd64")
	for _, f := range a.Files {
		switch kind, priority, _ := strings.Cut(f.Name, " "); kind {
		case "available":
			for _, p := range parsed(t, f) {
				p.Root, p.Priority = "http://deb.example", 500
				if priority != "" {
					fmt.Sscan(priority, &p.Priority)
				}
				u.Add(p)
			}
		case "base":
			for _, p := range parsed(t, f) {
				u.AddInstalled(p)
			}
		case "assumed":
			u.Assume(strings.Fields(string(f.Data))...)
		}
	}
	var wants []packages.Want
	for name := range strings.FieldsSeq(list) {
		name, version, _ := strings.Cut(name, "=")
		wants = append(wants, packages.Want{Name: name, Version: version})
	}
	all, err := u.Resolve(wants)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	for _, p := range all {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

func parsed(t *testing.T, f txtar.File) (all []*Package) {
	t.Helper()
	paragraphs, err := control.Parse(f.Name, f.Data)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paragraphs {
		all = append(all, NewPackage(p))
	}
	return all
}
