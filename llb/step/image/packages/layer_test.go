package packages

import (
	"archive/tar"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// base makes a root file system as Debian has it.
func base(t *testing.T) *os.Root {
	t.Helper()
	root := open(t)
	for _, err := range []error{
		root.MkdirAll("usr/bin", 0o755), root.MkdirAll("var/lib/dpkg", 0o755), root.Chmod("var/lib/dpkg", 0o750), root.Mkdir("tmp", 0o755), root.Mkdir("run", 0o755),
		root.Chmod("tmp", fs.ModeSticky|0o777), root.Chown("var/lib", 3, 4),
		root.Symlink("usr/bin", "bin"), root.Symlink("/run", "var/run"), root.Symlink("../../..", "var/up"), root.Symlink("/nowhere", "var/gone"),
		root.WriteFile("usr/bin/sh", []byte("sh"), 0o755), root.WriteFile("var/lib/dpkg/status", []byte("old"), 0o640),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func open(t *testing.T) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// list returns all that is below a directory.
func list(t *testing.T, root *os.Root) (all []string) {
	t.Helper()
	err := fs.WalkDir(root.FS(), ".", func(name string, _ fs.DirEntry, err error) error {
		info, errStat := root.Lstat(name)
		if err != nil || errStat != nil || name == "." {
			return err
		}
		uid, gid := owner(info)
		line := fmt.Sprintf("%v %d:%d %s", info.Mode(), uid, gid, name)
		if target, err := root.Readlink(name); err == nil {
			line += " -> " + target
		}
		all = append(all, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLayer(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	out := open(t)
	l := NewLayer(base(t).FS(), out)
	for _, hdr := range []tar.Header{
		{Typeflag: tar.TypeDir, Name: "./", Mode: 0o700},
		{Typeflag: tar.TypeDir, Name: "./bin/", Mode: 0o700},
		{Typeflag: tar.TypeReg, Name: "./bin/git", Mode: 0o4755, Uid: 5, Gid: 6},
		{Typeflag: tar.TypeLink, Name: "./usr/bin/git2", Linkname: "./bin/git"},
		{Typeflag: tar.TypeSymlink, Name: "./bin/sh", Linkname: "/etc/../../x"},
		{Typeflag: tar.TypeDir, Name: "./var/run/git", Mode: 0o2750, Uid: 7},
		{Typeflag: tar.TypeReg, Name: "../../tmp/x", Mode: 0o600},
		{Typeflag: tar.TypeReg, Name: "/opt/new/x", Mode: 0o600},
	} {
		if err := l.Put(&hdr, strings.NewReader("")); err != nil {
			t.Error(err)
		}
	}
	if err := l.WriteFile("var/lib/dpkg/status", []byte("new"), 0o644); err != nil {
		t.Error(err)
	}
	want := []string{
		"drwxr-xr-x 0:0 opt",
		"drwxr-xr-x 0:0 opt/new",
		"-rw------- 0:0 opt/new/x",
		"drwxr-xr-x 0:0 run",
		"dgrwxr-x--- 7:0 run/git",
		"dtrwxrwxrwx 0:0 tmp",
		"-rw------- 0:0 tmp/x",
		"drwxr-xr-x 0:0 usr",
		"drwxr-xr-x 0:0 usr/bin",
		"urwxr-xr-x 5:6 usr/bin/git",
		"urwxr-xr-x 5:6 usr/bin/git2",
		"Lrwxrwxrwx 0:0 usr/bin/sh -> /etc/../../x",
		"drwxr-xr-x 0:0 var",
		"drwxr-xr-x 3:4 var/lib",
		"drwxr-x--- 0:0 var/lib/dpkg",
		"-rw-r----- 0:0 var/lib/dpkg/status",
	}
	if diff := cmp.Diff(want, list(t, out)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if data, err := l.ReadFile("/var/lib/dpkg/status"); err != nil || string(data) != "new" {
		t.Errorf("got %q, %v", data, err)
	}
	names, err := fs.ReadDir(l.FS(), "bin")
	if err != nil || fmt.Sprint(names) != "[- git - git2 L sh]" {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestLayerRefuses(t *testing.T) {
	out := open(t)
	l := NewLayer(base(t).FS(), out)
	for _, c := range []struct {
		hdr  tar.Header
		want string
	}{
		{tar.Header{Typeflag: tar.TypeChar, Name: "dev/null"}, `"dev/null": entries of the type '3' are not allowed`},
		{tar.Header{Typeflag: tar.TypeFifo, Name: "x"}, `"x": entries of the type '6' are not allowed`},
		{tar.Header{Typeflag: tar.TypeReg, Name: "a/.wh..wh..opq"}, `"a/.wh..wh..opq": the name means that a file is deleted`},
		{tar.Header{Typeflag: tar.TypeReg, Name: "usr/bin"}, `"usr/bin": there is a directory already`},
		{tar.Header{Typeflag: tar.TypeReg, Name: "."}, `".": the root is no file`},
		{tar.Header{Typeflag: tar.TypeDir, Name: "usr/bin/sh"}, `"usr/bin/sh": there is a file already`},
		{tar.Header{Typeflag: tar.TypeReg, Name: "usr/bin/sh/x"}, `"usr/bin/sh/x": usr/bin/sh is no directory`},
		{tar.Header{Typeflag: tar.TypeReg, Name: "var/gone/x"}, `"var/gone/x": the symbolic link var/gone leads nowhere`},
		{tar.Header{Typeflag: tar.TypeLink, Name: "y", Linkname: "/etc/shadow"}, `"y": it is a hard link to "/etc/shadow", which is missing`},
	} {
		if err := l.Put(&c.hdr, strings.NewReader("")); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if _, err := os.Lstat(filepath.Join(out.Name(), "dev/null")); err == nil {
		t.Error("a device was made")
	}
}

// TestDrop deletes files and directories of the base, and nothing that an archive
// brought through a link.
func TestDrop(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	names := []string{"/usr/bin/sh", "/bin/new", "/var/lib/dpkg", "/var/lib/dpkg/status", "/var/lib", "/run", "/bin", "/tmp/missing", "/usr/bin/sh/x", "/"}
	drop := func(l *Layer) {
		t.Helper()
		err := l.Put(&tar.Header{Typeflag: tar.TypeReg, Name: "usr/bin/new", Mode: 0o755}, strings.NewReader(""))
		if err := errors.Join(err, l.Drop(names)); err != nil {
			t.Fatal(err)
		}
	}
	out := base(t)
	l := InPlace(out)
	drop(l)
	want := []string{
		"Lrwxrwxrwx 0:0 bin -> usr/bin",
		"dtrwxrwxrwx 0:0 tmp",
		"drwxr-xr-x 0:0 usr",
		"drwxr-xr-x 0:0 usr/bin",
		"-rwxr-xr-x 0:0 usr/bin/new",
		"drwxr-xr-x 0:0 var",
		"Lrwxrwxrwx 0:0 var/gone -> /nowhere",
		"Lrwxrwxrwx 0:0 var/run -> /run",
		"Lrwxrwxrwx 0:0 var/up -> ../../..",
	}
	if diff := cmp.Diff(want, list(t, out)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := slices.Sorted(maps.Keys(l.changed)); fmt.Sprint(got) != "[usr usr/bin usr/bin/new var]" {
		t.Errorf("%q get a new time", got)
	}
	l = NewLayer(base(t).FS(), open(t))
	drop(l)
	if got := l.whatStays(); got != "/var/lib/dpkg/status, /usr/bin/sh" {
		t.Errorf("%s stays", got)
	}
}
