package rootfs

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
)

// list prints a tree as `ls -l` would: mode, owner, time and name.
func list(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		rel, _ := filepath.Rel(dir, name)
		fmt.Fprintf(&b, "%s %d:%d %d %s\n", info.Mode(), st.Uid, st.Gid, info.ModTime().Unix(), rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// goroot returns a toolchain that has time zones and nothing else.
func goroot(t *testing.T, zones ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "lib/time"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "lib/time/zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for _, name := range zones {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(w, "TZif of %s", name)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWrite(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a directory to another user")
	}
	defer syscall.Umask(syscall.Umask(0o077))
	out := filepath.Join(t.TempDir(), "out")
	if err := Write(out, goroot(t, "Europe/", "Europe/Paris", "UTC"), step.Rootfs{Epoch: 1700000000}); err != nil {
		t.Fatal(err)
	}
	want := `drwxr-xr-x 0:0 1700000000 .
drwxr-xr-x 0:0 1700000000 etc
-rw-r--r-- 0:0 1700000000 etc/group
-rw-r--r-- 0:0 1700000000 etc/nsswitch.conf
-rw-r--r-- 0:0 1700000000 etc/passwd
drwxr-xr-x 0:0 1700000000 etc/ssl
drwxr-xr-x 0:0 1700000000 etc/ssl/certs
-rw-r--r-- 0:0 1700000000 etc/ssl/certs/ca-certificates.crt
drwxr-xr-x 0:0 1700000000 home
drwx------ 65532:65532 1700000000 home/nonroot
dtrwxrwxrwx 0:0 1700000000 tmp
drwxr-xr-x 0:0 1700000000 usr
drwxr-xr-x 0:0 1700000000 usr/share
drwxr-xr-x 0:0 1700000000 usr/share/zoneinfo
drwxr-xr-x 0:0 1700000000 usr/share/zoneinfo/Europe
-rw-r--r-- 0:0 1700000000 usr/share/zoneinfo/Europe/Paris
-rw-r--r-- 0:0 1700000000 usr/share/zoneinfo/UTC
`
	if diff := cmp.Diff(want, list(t, out)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	zone, err := os.ReadFile(filepath.Join(out, "usr/share/zoneinfo/Europe/Paris"))
	if err != nil || string(zone) != "TZif of Europe/Paris" {
		t.Errorf("a zone reads %q, %v", zone, err)
	}
}

func TestZoneOutsideOut(t *testing.T) {
	err := Write(filepath.Join(t.TempDir(), "out"), goroot(t, "../../../../evil"), step.Rootfs{})
	if err == nil || !strings.Contains(err.Error(), "path escapes from parent") {
		t.Errorf("got %v", err)
	}
}

func TestNoToolchain(t *testing.T) {
	err := Write(filepath.Join(t.TempDir(), "out"), "/nowhere", step.Rootfs{})
	want := "time zones: open /nowhere/lib/time/zoneinfo.zip: no such file or directory; want a Go toolchain in /nowhere"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
