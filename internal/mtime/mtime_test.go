package mtime

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSetAll(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	for _, name := range []string{filepath.Join(dir, "a/b/file"), outside} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	const epoch = 1234567890
	if err := SetAll(dir, epoch); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "a", "a/b", "a/b/file", "link"} {
		if got := modTime(t, filepath.Join(dir, name)); got != time.Unix(epoch, 0) {
			t.Errorf("%q: %v", name, got)
		}
	}
	if modTime(t, outside) == time.Unix(epoch, 0) {
		t.Error("the link was followed")
	}
}

func modTime(t *testing.T, name string) time.Time {
	t.Helper()
	info, err := os.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

func TestSetAllWithoutDirectory(t *testing.T) {
	if err := SetAll(filepath.Join(t.TempDir(), "none"), 0); !os.IsNotExist(err) {
		t.Errorf("got %v", err)
	}
}
