package debian

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/google/go-cmp/cmp"
)

// member is a part of an archive of ar.
func member(name, data string) string {
	m := fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", name, 0, 0, 0, "100644", len(data), data)
	if len(data)%2 == 1 {
		m += "\n"
	}
	return m
}

// tarOf returns an archive of empty files.
func tarOf(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAddFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	deb := "!<arch>\n" + member("debian-binary", "2.0\n") + member("control.tar/", tarOf(t, "./control")) + member("data.tar/", tarOf(t,
		"./usr/bin/x", "./usr/include/x.h", "./usr/include/same.h", "./lib/aarch64-linux-gnu/libx.so.1", "./usr/share/doc/x/copyright", "./usr/share/pkgconfig/x.pc"))
	base := fstest.MapFS{
		"lib":                  {Mode: fs.ModeSymlink, Data: []byte("usr/lib")},
		"usr/lib/os-release":   {},
		"usr/include/same.h":   {},
		"var/lib/dpkg/status":  {},
		"usr/share/doc/readme": {},
	}
	archives := fstest.MapFS{"arm64/x_1_arm64.deb": {Data: []byte(deb)}}
	p := packages.Package{Name: "x", Version: "1", Arch: "arm64", URL: "http://debian.example/x_1_arm64.deb", Size: int64(len(deb)), Checksum: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(deb)))}
	for _, c := range []struct {
		foreign bool
		want    []string
	}{
		{false, []string{"usr/bin/x", "usr/include/same.h", "usr/include/x.h", "usr/lib/aarch64-linux-gnu/libx.so.1", "usr/share/pkgconfig/x.pc"}},
		{true, []string{"usr/include/x.h", "usr/lib/aarch64-linux-gnu/libx.so.1", "usr/share/pkgconfig/x.pc"}},
	} {
		dir := t.TempDir()
		out, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		if err := packages.AddFiles(t.Context(), New(), base, []packages.Package{p}, archives, c.foreign, out, 7); err != nil {
			t.Fatal(err)
		}
		var got []string
		err = fs.WalkDir(out.FS(), ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				got = append(got, filepath.ToSlash(name))
			}
			return err
		})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("foreign %v: %v, -want +got\n%s", c.foreign, err, diff)
		}
	}
	p.Checksum = "sha256:" + strings.Repeat("0", 64)
	out, _ := os.OpenRoot(t.TempDir())
	err := packages.AddFiles(t.Context(), New(), base, []packages.Package{p}, archives, true, out, 7)
	if err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("got %v, want an error about the checksum", err)
	}
}
