package closure

import (
	"archive/tar"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/llb/step"
)

// TestGroups picks a program whose packages are in two groups. A group has what
// its packages are made of, and what they import of the other group: small files in an
// archive, and large ones as links. What the scan takes for an import, and is none, is left out.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	graph := []step.Node{{Dir: ".", Main: true, Imports: []string{"top/a", "low/b", "low/test"}}}
	source := map[string]string{
		"go.mod":          "module example.com/m\n\ngo 1.26\n",
		"main.go":         "package main\n\nimport (\n_ \"example.com/m/top/a\"\n_ \"example.com/m/low/b\"\n)\n",
		"top/a/a.go":      "package a\n\nimport (\n_ \"embed\"\n_ \"example.com/m/low/c\"\n)\n\n//go:embed a.txt\nvar Text string\n",
		"top/a/a.txt":     strings.Repeat("text\n", 20_000),
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
	if diff := cmp.Diff([]string{"top:1/src/top/a/a.txt"}, filesIn(t, filepath.Join(out, "groups"), "src")); diff != "" {
		t.Errorf("files that are not in archives: -want +got\n%s", diff)
	}
	sameFile(t, filepath.Join(out, "src/top/a/a.txt"), filepath.Join(out, "groups/top:1/src/top/a/a.txt"))
	for _, group := range []string{"low:0", "top:1"} {
		dir := filepath.Join(out, "groups", group)
		small := filepath.Join(dir, "members/small.tar")
		if err := errors.Join(UnpackSmall(filepath.Join(dir, "src"), small), os.Remove(small)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, groupText(t, filepath.Join(out, "groups"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, name := range []string{"go.mod", "low/c/c.go", "top/a/a.go"} {
		sameContent(t, filepath.Join(out, "src", name), filepath.Join(out, "groups/top:1/src", name))
	}
}

// TestGroupsOfOthers picks what tests import: groups, and nothing else.
func TestGroupsOfOthers(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":          "module example.com/m\n\ngo 1.26\n",
		"main.go":         "package main\n\nimport _ \"example.com/m/low\"\n",
		"low/low.go":      "package low\n\nimport (\n_ \"embed\"\n_ \"example.com/m/base\"\n)\n\n//go:embed low.txt\nvar Text string\n",
		"low/low.txt":     strings.Repeat("text\n", 20_000),
		"low/low_test.go": "package low\n",
		"base/base.go":    "package base\n",
	} {
		writeFile(t, filepath.Join(dir, name), text)
	}
	graph := []step.Node{{Dir: ".", Main: true, Imports: []string{"low"}}, {Dir: "base"}, {Dir: "low", Imports: []string{"base"}}}
	out := t.TempDir()
	v := step.Closure{Platforms: []string{"linux/amd64"}, Go: "1.26.8", Grouped: true, OfOthers: true, Mains: []string{"base", "low"}}
	if err := Pick(out, open(t, dir), v, Asked{Graph: graph, Tested: [][]string{{"."}, {"low"}}}); err != nil {
		t.Fatal(err)
	}
	group := filepath.Join(out, "groups/.:0")
	small := filepath.Join(group, "members/small.tar")
	if err := errors.Join(UnpackSmall(filepath.Join(group, "src"), small), os.Remove(small)); err != nil {
		t.Fatal(err)
	}
	want := `.:0/members/members.txt: parts/base example.com/m/base, parts/low example.com/m/low
.:0/src/base/base.go
.:0/src/go.mod
.:0/src/low/low.go
.:0/src/low/low.txt
`
	if diff := cmp.Diff(want, groupText(t, filepath.Join(out, "groups"))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if left, _ := os.ReadDir(filepath.Join(out, "src")); len(left) > 0 {
		t.Errorf("src has %v, want nothing", left)
	}
}

// filesIn lists the files of a tree that are in directories of a name.
func filesIn(t *testing.T, dir, name string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, below := range found {
		if err := filepath.WalkDir(below, func(file string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				all = append(all, strings.TrimPrefix(file, dir+"/"))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// sameFile compares two names of one file.
func sameFile(t *testing.T, one, other string) {
	t.Helper()
	a, b := stat(t, one), stat(t, other)
	if !os.SameFile(a, b) {
		t.Errorf("%s is a copy", other)
	}
}

// sameContent compares files and their times, which follow from their content.
func sameContent(t *testing.T, one, other string) {
	t.Helper()
	a, b := stat(t, one), stat(t, other)
	if a.Size() != b.Size() || a.Mode() != b.Mode() || !a.ModTime().Equal(b.ModTime()) || a.ModTime().Unix() == 0 {
		t.Errorf("%s: %v %v, %s: %v %v", one, a.Mode(), a.ModTime(), other, b.Mode(), b.ModTime())
	}
}

func stat(t *testing.T, file string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestUnpackSmallHostile has archives that nobody made with Write: they fail.
func TestUnpackSmallHostile(t *testing.T) {
	for name, c := range map[string]struct {
		header tar.Header
		want   string
	}{
		"above":    {tar.Header{Name: "../a.go", Typeflag: tar.TypeReg}, `"../a.go" is not a file below`},
		"absolute": {tar.Header{Name: "/a.go", Typeflag: tar.TypeReg}, `"/a.go" is not a file below`},
		"large":    {tar.Header{Name: "a.go", Typeflag: tar.TypeReg, Size: 1 << 40}, `"a.go" has 1099511627776 bytes, want at most`},
		"a link":   {tar.Header{Name: "a.go", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, `"a.go" is not a file below`},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			if err := tar.NewWriter(&text).WriteHeader(&c.header); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "small.tar")
			writeFile(t, file, text.String())
			if err := UnpackSmall(t.TempDir(), file); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func FuzzUnpackSmall(f *testing.F) {
	var whole strings.Builder
	w := archive{tar: tar.NewWriter(&whole)}
	if err := errors.Join(w.write("a/a.go", 0o644, []byte("package a\n")), w.write("go.mod", 0o755, nil), w.tar.Close()); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(whole.String()))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "small.tar")
		writeFile(t, file, string(data))
		_ = UnpackSmall(t.TempDir(), file) // Whatever it makes of it, it returns.
	})
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
