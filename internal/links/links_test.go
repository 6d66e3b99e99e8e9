package links

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree is a file system with links in it.
func tree(t *testing.T) fs.FS {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a/b"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"abs":    "/a/./up",
		"in":     "a/b",
		"a/up":   "../in",
		"out":    "a/../..",
		"root":   "/etc",
		"loop":   "loop",
		"broken": "a/gone/x",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.FS()
}

func TestInRoot(t *testing.T) {
	root := tree(t)
	for name, want := range map[string]string{
		"/":            ".",
		"/a//b/..":     "a",
		"/abs":         "a/b",
		"/abs/../up":   "a/b",
		"/../../a":     "a",
		"/out/a/b":     "a/b",
		"/a/none":      "",
		"/root":        "",
		"/loop":        "",
		"in/../../abs": "a/b",
	} {
		got, ok := InRoot(root, name)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s leads to %s, %t; want %s", name, got, ok, want)
		}
	}
}

func TestFollow(t *testing.T) {
	root := tree(t)
	var loop []string
	for range most {
		loop = append(loop, "loop")
	}
	for name, want := range map[string]Place{
		".":         {Name: ".", Found: true},
		"./a//b/..": {Name: "a", Found: true},
		"a/up":      {Name: "a/b", Found: true, Links: []string{"a/up", "in"}, Target: "a/b"},
		"in/../up":  {Name: "."},
		"a/none/x":  {Name: "a"},
		"broken":    {Name: "a", Links: []string{"broken"}, Target: "a/gone/x"},
		"out/x":     {Name: ".", Links: []string{"out"}, Target: "a/../..", Escapes: true},
		"root":      {Name: ".", Links: []string{"root"}, Target: "/etc", Escapes: true},
		"..":        {Name: ".", Escapes: true},
		"loop":      {Name: ".", Links: loop, Target: "loop"},
	} {
		if diff := cmp.Diff(want, Follow(root, name)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
