package treefs

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/internal/safe"
)

// newTree returns a directory with more directories than are kept open.
func newTree(t *testing.T) (dir string, names []string) {
	t.Helper()
	dir = t.TempDir()
	for i := range mostOpen + 10 {
		name := fmt.Sprintf("a/b%d/c/file", i)
		names = append(names, name)
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, names
}

func TestFS(t *testing.T) {
	dir, names := newTree(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f := New(root)
	defer f.Close()
	if err := fstest.TestFS(f, names...); err != nil {
		t.Error(err)
	}
	readers := safe.NewGroup()
	for range 4 {
		readers.Go(func() error {
			for _, name := range names {
				file, err := f.Open(name)
				if err != nil {
					return err
				}
				file.Close()
			}
			return nil
		})
	}
	if err := readers.Wait(); err != nil {
		t.Error(err)
	}
}

// TestLinks has links that leave a directory: one to the tree, and one out of it.
func TestLinks(t *testing.T) {
	dir, names := newTree(t)
	for name, target := range map[string]string{"a/b1/c/inside": "../../b0/c/file", "a/b1/c/outside": "/etc/passwd", "a/b1/c/above": "../../../../x"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	f := New(root)
	defer f.Close()
	for name, want := range map[string]bool{names[1]: true, "a/b1/c/inside": true, "a/b1/c/outside": false, "a/b1/c/above": false, "a/b1/c/none": false, "/etc/passwd": false, "a/../a": false} {
		file, err := f.Open(name)
		if (err == nil) != want {
			t.Errorf("%s: got %v, want it to open: %v", name, err, want)
		}
		if err == nil {
			file.Close()
		}
	}
}
