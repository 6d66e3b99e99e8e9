package overlay

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newTree returns a directory of files; a text that begins with "-> " makes a link.
func newTree(t *testing.T, files map[string]string) fs.FS {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(target, name)
		} else {
			err = os.WriteFile(name, []byte(text), 0o644)
		}
		if err != nil {
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

func TestFS(t *testing.T) {
	f := FS{
		Lower: newTree(t, map[string]string{"go.mod": "m", "a/a.go": "old", "a/b.go": "b", "link": "-> a", "gone.go": "-> nowhere"}),
		Upper: newTree(t, map[string]string{"a/a.go": "new", "a/c.go": "c", "n/n.go": "n", "gone.go": "made"}),
	}
	want := map[string]string{"go.mod": "m", "a/a.go": "new", "a/b.go": "b", "a/c.go": "c", "n/n.go": "n", "gone.go": "made"}
	got := map[string]string{}
	err := fs.WalkDir(f, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := fs.ReadFile(f, name)
		got[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s holds %q, want %q", name, got[name], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("there are %q", got)
	}
	if target, err := fs.ReadLink(f, "link"); target != "a" || err != nil {
		t.Errorf("the link points to %q, %v", target, err)
	}
	if _, err := fs.ReadDir(f, "none"); err == nil {
		t.Error("a directory that is not there can be read")
	}
}

// TestReplaced: of a directory that is replaced, nothing of the lower file system
// is left. One that the upper does not have is gone.
func TestReplaced(t *testing.T) {
	f := FS{
		Lower:    newTree(t, map[string]string{"web/dist/old.js": "old", "web/dist/a.js": "old", "web/distant": "d", "gone/x": "x", "a.go": "a"}),
		Upper:    newTree(t, map[string]string{"web/dist/a.js": "new", "web/dist/js/b.js": "b"}),
		Replaced: []string{"web/dist", "gone"},
	}
	var got []string
	err := fs.WalkDir(f, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(f, name)
		got = append(got, name+"="+string(data))
		return err
	})
	const want = "a.go=a web/dist/a.js=new web/dist/js/b.js=b web/distant=d"
	if text := strings.Join(got, " "); text != want || err != nil {
		t.Errorf("got %s, %v; want %s", text, err, want)
	}
	if _, err := fs.Stat(f, "web/dist/old.js"); err == nil {
		t.Error("web/dist/old.js is still there")
	}
}
