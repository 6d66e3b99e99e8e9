package closure

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Whatever umask and modes a context was checked out with, the closure is
// the same.
func TestWrite(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := filepath.Join(t.TempDir(), "out")
	fsys := fstest.MapFS{
		"go.mod":       {Data: []byte("module m\n"), Mode: 0o600, ModTime: time.Unix(7, 0)},
		"a/b/run.sh":   {Data: []byte("#!/bin/sh\n"), Mode: 0o710},
		"a/b/c/x.go":   {Data: []byte("package x\n"), Mode: 0o666},
		"a/b/c/left.c": {},
		"linked":       {Data: []byte("a/b"), Mode: fs.ModeSymlink | 0o777},
	}
	err := Write(dir, fsys, Result{
		Files:   []string{"a/b/c/x.go", "a/b/run.sh", "go.mod"},
		Links:   []Link{{"linked", "a/b"}},
		Imports: []string{"example.com/x", "example.com/y"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `-rw-r--r-- imports.txt "example.com/x\nexample.com/y\n"
drwxr-xr-x src
drwxr-xr-x src/a
drwxr-xr-x src/a/b
drwxr-xr-x src/a/b/c
-rw-r--r-- src/a/b/c/x.go "package x\n"
-rwxr-xr-x src/a/b/run.sh "#!/bin/sh\n"
-rw-r--r-- src/go.mod "module m\n"
Lrwxrwxrwx src/linked a/b
`
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// listing shows a folder, and that all times in it are fixed.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if !info.ModTime().Equal(time.Unix(0, 0)) {
			t.Errorf("%s is of %v", name, info.ModTime())
		}
		rel, _ := filepath.Rel(dir, name)
		fmt.Fprintf(&b, "%v %s%s\n", info.Mode(), rel, content(name, info))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func content(name string, info fs.FileInfo) string {
	if info.Mode().IsRegular() {
		data, _ := os.ReadFile(name)
		return fmt.Sprintf(" %q", data)
	}
	if target, err := os.Readlink(name); err == nil {
		return " " + target
	}
	return ""
}

// A closure without imports has the file all the same: the next step mounts
// it.
func TestWriteNothing(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, fstest.MapFS{}, Result{}); err != nil {
		t.Fatal(err)
	}
	if got, want := listing(t, dir), "-rw-r--r-- imports.txt \"\"\ndrwxr-xr-x src\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
