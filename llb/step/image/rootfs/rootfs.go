// Package rootfs makes the files that programs expect of a root file system
// and an empty image lacks.
package rootfs

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/certs"
	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// nonroot is the user and group id of the user of that name.
const nonroot = 65532

const passwd = `root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
`

const group = `root:x:0:
nobody:x:65534:
nonroot:x:65532:
`

// nsswitch makes Go's own resolver, and glibc, read /etc/hosts first.
const nsswitch = "hosts: files dns\n"

// Write makes the files below out. Time zones come from the Go toolchain in
// goroot. It must run as root, since one directory belongs to the nonroot user.
func Write(out, goroot string, v step.Rootfs) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := writeTree(root, goroot); err != nil {
		return err
	}
	return mtime.SetAll(out, v.Epoch)
}

func writeTree(root *os.Root, goroot string) error {
	for _, f := range []struct {
		name string
		data []byte
	}{
		// Only the public authorities: what a company adds for its builds is
		// a secret, and no part of its images.
		{"etc/ssl/certs/ca-certificates.crt", certs.Mozilla()},
		{"etc/passwd", []byte(passwd)},
		{"etc/group", []byte(group)},
		{"etc/nsswitch.conf", []byte(nsswitch)},
	} {
		if err := writeFile(root, f.name, f.data); err != nil {
			return err
		}
	}
	if err := writeZones(root, goroot); err != nil {
		return err
	}
	if err := makeDir(root, "tmp", 0o777|fs.ModeSticky); err != nil {
		return err
	}
	if err := makeDir(root, "home/nonroot", 0o700); err != nil {
		return err
	}
	if err := root.Chown("home/nonroot", nonroot, nonroot); err != nil {
		return err
	}
	return root.Chmod(".", 0o755)
}

// writeFile makes a file and its directories. Modes are set by hand because the
// umask takes part in the mode of what is created.
func writeFile(root *os.Root, name string, data []byte) error {
	if err := makeDir(root, path.Dir(name), 0o755); err != nil {
		return err
	}
	if err := root.WriteFile(name, data, 0o644); err != nil {
		return err
	}
	return root.Chmod(name, 0o644)
}

// makeDir makes a directory with this mode, and those above it with 0755.
func makeDir(root *os.Root, dir string, mode fs.FileMode) error {
	if dir == "." {
		return nil
	}
	if _, err := root.Stat(dir); err == nil {
		return nil
	}
	if err := makeDir(root, path.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return root.Chmod(dir, mode)
}

// writeZones unpacks the time zones that every Go toolchain has.
func writeZones(root *os.Root, goroot string) error {
	name := filepath.Join(goroot, "lib/time/zoneinfo.zip")
	z, err := zip.OpenReader(name)
	if err != nil {
		return fmt.Errorf("time zones: %w; want a Go toolchain in %s", err, goroot)
	}
	defer z.Close()
	slices.SortFunc(z.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		data, err := readZone(f)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", name, f.Name, err)
		}
		if err := writeFile(root, "usr/share/zoneinfo/"+f.Name, data); err != nil {
			return err
		}
	}
	return nil
}

// zoneLimit is far above the largest zone, which has 4 KiB.
const zoneLimit = 1 << 20

func readZone(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > zoneLimit {
		return nil, fmt.Errorf("has %d bytes, want at most %d", f.UncompressedSize64, zoneLimit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, regular.Text))
}

// Goroot returns the directory of the step's Go toolchain: usual, or what the
// go command on PATH says.
func Goroot(usual string) (string, error) {
	if _, err := os.Stat(usual); err == nil {
		return usual, nil
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("no Go toolchain in %s, and no go command on PATH: %w", usual, err)
	}
	return strings.TrimSpace(string(out)), nil
}
