package closure

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/llb/step"
)

// TestGroups picks a program whose packages are in two groups. A group has what
// its packages are made of, and what they import of the other group. What the
// scan takes for an import, and is none, is left out.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	graph := []step.Node{{Dir: ".", Main: true, Imports: []string{"top/a", "low/b", "low/test"}}}
	source := map[string]string{
		"go.mod":          "module example.com/m\n\ngo 1.26\n",
		"main.go":         "package main\n\nimport (\n_ \"example.com/m/top/a\"\n_ \"example.com/m/low/b\"\n)\n",
		"top/a/a.go":      "package a\n\nimport (\n_ \"embed\"\n_ \"example.com/m/low/c\"\n)\n\n//go:embed a.txt\nvar Text string\n",
		"top/a/a.txt":     "text\n",
		"low/b/b.go":      "package b\n",
		"low/c/c.go":      "package c\n",
		"low/test/t.go":   "package test\n",
		"low/b/b_test.go": "package b\n",
	}
	graph = append(graph, step.Node{Dir: "top/a", Imports: []string{"low/c"}}, step.Node{Dir: "low/b"}, step.Node{Dir: "low/c"}, step.Node{Dir: "low/test"})
	for i := range 8 {
		name := fmt.Sprintf("top/x%d", i)
		graph = append(graph, step.Node{Dir: name})
		source[name+"/x.go"] = "package x\n"
	}
	for name, text := range source {
		writeFile(t, filepath.Join(dir, name), text)
	}
	out := t.TempDir()
	v := step.Closure{Platforms: []string{"linux/amd64"}, Go: "1.26.8", Grouped: true, Mains: []string{"./."}}
	if err := Pick(out, open(t, dir), v, Asked{Graph: graph}); err != nil {
		t.Fatal(err)
	}
	want := `low:0/members/members.txt: parts/low%2Fb example.com/m/low/b, parts/low%2Fc example.com/m/low/c
low:0/src/go.mod
low:0/src/low/b/b.go
low:0/src/low/c/c.go
top:1/members/members.txt: parts/top%2Fa example.com/m/top/a
top:1/src/go.mod
top:1/src/low/c/c.go
top:1/src/top/a/a.go
top:1/src/top/a/a.txt
`
	if diff := cmp.Diff(want, groupText(t, filepath.Join(out, "groups"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	one, err := os.Stat(filepath.Join(out, "src/low/c/c.go"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.Stat(filepath.Join(out, "groups/top:1/src/low/c/c.go"))
	if err != nil || !os.SameFile(one, other) || other.ModTime().Unix() == 0 {
		t.Errorf("a file of a group is a copy, %v", err)
	}
}

// groupText lists the files of groups, and the members.
func groupText(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		b.WriteString(rel)
		if e.Name() == step.MembersFile {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
			for i := range lines {
				lines[i] = strings.TrimSpace(lines[i])
			}
			b.WriteString(": " + strings.Join(lines, ", "))
		}
		b.WriteString("\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
