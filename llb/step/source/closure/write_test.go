package closure

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/llb/step"
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
		Files:    []string{"a/b/c/x.go", "a/b/run.sh", "go.mod"},
		Links:    []Link{{"linked", "a/b"}},
		Standard: []string{"fmt", "os"},
		Outline: Outline{
			Files: []string{"go.mod"},
			Stubs: []Stub{
				{Dir: "a", Path: "m/a", Imports: []string{"example.com/x"}},
				{Dir: "gohull-imports", Path: "m/gohull-imports", Main: true, Imports: []string{"example.com/x", "example.com/y"}},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `drwxr-xr-x outline
drwxr-xr-x outline/a
-rw-r--r-- outline/a/stub.go "package stub\n\nimport _ \"example.com/x\"\n"
-rw-r--r-- outline/go.mod "module m\n"
drwxr-xr-x outline/gohull-imports
-rw-r--r-- outline/gohull-imports/stub.go "package stub\n\nimport _ \"example.com/x\"\nimport _ \"example.com/y\"\n"
-rw-r--r-- outline/stubs.txt "m/gohull-imports\n"
drwxr-xr-x src
drwxr-xr-x src/a
drwxr-xr-x src/a/b
drwxr-xr-x src/a/b/c
-rw-r--r-- src/a/b/c/x.go "package x\n"
-rwxr-xr-x src/a/b/run.sh "#!/bin/sh\n"
-rw-r--r-- src/go.mod "module m\n"
Lrwxrwxrwx src/linked a/b
drwxr-xr-x standard
-rw-r--r-- standard/standard.txt "fmt\nos"
`
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// listing shows a directory. Times of files of the closure say what they hold,
// those of all else are fixed.
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
		rel, _ := filepath.Rel(dir, name)
		want := time.Unix(0, 0)
		if info.Mode().IsRegular() {
			want = timeOf(t, name)
		}
		if !info.ModTime().Equal(want) {
			t.Errorf("%s is of %v, want %v", name, info.ModTime(), want)
		}
		fmt.Fprintf(&b, "%v %s%s\n", info.Mode(), rel, content(name, info))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func timeOf(t *testing.T, name string) time.Time {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(data)
	return contentTime(hash[:])
}

// TestSameSize edits an import so that the file keeps its size. The go command
// trusts sizes and times of files, and must not take it for the old one.
func TestSameSize(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	build := func(importPath string) string {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		fsys := fstest.MapFS{
			"go.mod":  {Data: []byte("module example.com/m\n\ngo 1.21\n")},
			"main.go": {Data: []byte("package main\n\nimport \"example.com/m/" + importPath + "\"\n\nfunc main() { " + importPath + ".Do() }\n")},
			"a/a.go":  {Data: []byte("package a\n\nfunc Do() { println(\"a\") }\n")},
			"b/b.go":  {Data: []byte("package b\n\nfunc Do() { println(\"b\") }\n")},
		}
		r, err := Find(fsys, step.Closure{Platforms: []string{"linux/amd64"}, Mains: []string{"."}}, Asked{})
		if err != nil {
			t.Fatal(err)
		}
		if err := Write(dir, fsys, r); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", "run", ".")
		cmd.Dir = filepath.Join(dir, step.ClosureDir)
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	for _, want := range []string{"a", "b", "a"} {
		if got := build(want); got != want+"\n" {
			t.Errorf("the program that imports %s prints %q", want, got)
		}
	}
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
	if got, want := listing(t, dir), "drwxr-xr-x outline\n-rw-r--r-- outline/stubs.txt \"\"\ndrwxr-xr-x src\ndrwxr-xr-x standard\n-rw-r--r-- standard/standard.txt \"\"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
