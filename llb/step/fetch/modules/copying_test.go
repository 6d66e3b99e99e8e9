package modules

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/dirhash"
)

// unpacked makes a module with small files, an empty one, and one that is larger than a
// block.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":       "module example.com/m\n",
		"a/a.go":       "package a\n",
		"a/b/b.go":     "package b\n",
		"a/b/empty.go": "",
		"large.txt":    strings.Repeat("0123456789abcdef", 40_000),
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestCopying compares the checksum with that of Go's own function, and looks at what was
// copied.
func TestCopying(t *testing.T) {
	const prefix = "example.com/m@v1.0.0"
	from, to := unpacked(t), t.TempDir()
	want, err := dirhash.HashDir(from, prefix, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	c := copying{from: from, to: to, wanted: map[string]bool{"a/b/b.go": true, "a/b/empty.go": true, "large.txt": true}}
	hash, err := c.run(prefix)
	if err != nil || hash != want || c.complete() != nil {
		t.Errorf("%s, %v, %v, want %s", hash, err, c.complete(), want)
	}
	names, err := filesBelow(to)
	if diff := cmp.Diff([]string{"a/b/b.go", "a/b/empty.go", "large.txt"}, names); diff != "" || err != nil {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
	for _, name := range names {
		one, err := os.ReadFile(filepath.Join(from, name))
		other, errOther := os.ReadFile(filepath.Join(to, name))
		if err != nil || errOther != nil || string(one) != string(other) {
			t.Errorf("%s: %v, %v, or another content", name, err, errOther)
		}
	}
	c.wanted = map[string]bool{"lost.go": true}
	if _, err := c.run(prefix); err != nil {
		t.Fatal(err)
	}
	if err := c.complete(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "lost.go") {
		t.Errorf("a file that the module lacks: %v", err)
	}
}

// TestCopyingIrregular has modules with something that is no file, which nothing is read from.
func TestCopyingIrregular(t *testing.T) {
	for name, put := range map[string]func(file string) error{
		"a link": func(file string) error { return os.Symlink("/etc/passwd", file) },
		"a pipe": func(file string) error { return syscall.Mkfifo(file, 0o600) },
		"a link instead of the module": func(file string) error {
			dir := filepath.Dir(file)
			return errors.Join(os.Rename(dir, dir+".moved"), os.Symlink(dir+".moved", dir))
		},
	} {
		t.Run(name, func(t *testing.T) {
			from := unpacked(t)
			if err := put(filepath.Join(from, "x.go")); err != nil {
				t.Fatal(err)
			}
			c := copying{from: from, to: t.TempDir(), wanted: map[string]bool{"x.go": true}}
			if hash, err := c.run("example.com/m@v1.0.0"); !errors.Is(err, errIrregular) {
				t.Errorf("%s, %v, want %v", hash, err, errIrregular)
			}
		})
	}
}
