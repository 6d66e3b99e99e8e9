package lab

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// busybox gives a static busybox.
func (l Lab) busybox(ctx context.Context) (string, error) {
	return l.unpacked(ctx, "busybox-static", "bin/busybox", "usr/bin/busybox")
}

// seccomp gives the environment in which programs link with libseccomp: the
// installed one, or Debian's static one.
func (l Lab) seccomp(ctx context.Context) ([]string, error) {
	if exec.Command("pkg-config", "--exists", "libseccomp").Run() == nil {
		return nil, nil
	}
	header, err := l.unpacked(ctx, "libseccomp-dev", "usr/include/seccomp.h")
	if err != nil {
		return nil, err
	}
	usr := filepath.Dir(filepath.Dir(header))
	archives, _ := filepath.Glob(filepath.Join(usr, "lib", "*", "libseccomp.a"))
	if len(archives) != 1 {
		return nil, fmt.Errorf("the Debian package libseccomp-dev has %d libseccomp.a below %s, want 1", len(archives), usr)
	}
	return []string{
		"PKG_CONFIG=true", // cgo asks it for the library, which is not installed
		"CGO_CFLAGS=-I" + filepath.Join(usr, "include"),
		"CGO_LDFLAGS=-L" + filepath.Dir(archives[0]) + " -lseccomp",
	}, nil
}

// unpacked gives a file of a Debian package, by the first of its names that
// is there.
func (l Lab) unpacked(ctx context.Context, pkg string, names ...string) (string, error) {
	dir, err := l.tree(ctx, pkg, pkg)
	if err != nil {
		return "", err
	}
	if file := first(dir, names); file != "" {
		return file, nil
	}
	return "", fmt.Errorf("the Debian package %s, unpacked to %s, has no %s", pkg, dir, names[0])
}

// compiler gives a directory that has a C compiler, glibc and musl, as the root
// of a Debian has them.
func (l Lab) compiler(ctx context.Context) (string, error) {
	return l.tree(ctx, "compiler",
		"gcc", "gcc-12", "cpp-12", "libgcc-12-dev", "libgcc-s1", "libgomp1",
		"libgmp10", "libisl23", "libmpc3", "libmpfr6", "libzstd1", "zlib1g",
		"binutils", "binutils-x86-64-linux-gnu", "libbinutils", "libctf-nobfd0", "libctf0", "libjansson4",
		"libc6", "libc6-dev", "linux-libc-dev",
		"musl", "musl-dev", "musl-tools",
		"libpkgconf3", "pkgconf", "pkgconf-bin",
	)
}

// tree gives a directory of the lab that Debian packages are unpacked to. They
// are not installed.
func (l Lab) tree(ctx context.Context, name string, pkgs ...string) (string, error) {
	dir := l.path("programs", name)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	temp, err := os.MkdirTemp(l.path("programs"), ".unpack-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	if err := os.Chmod(temp, 0o755); err != nil { // apt downloads as a user of its own
		return "", err
	}
	l.logf("downloading Debian's %s", strings.Join(pkgs, " "))
	if err := download(ctx, temp, pkgs...); err != nil {
		return "", fmt.Errorf("the lab needs Debian's %s: %w", strings.Join(pkgs, " "), err)
	}
	if err := database(ctx, temp); err != nil {
		return "", err
	}
	return dir, os.Rename(filepath.Join(temp, "root"), dir)
}

// database writes which packages a directory has, as dpkg does. Debian's own
// repositories are then those of its release.
func database(ctx context.Context, dir string) error {
	debs, _ := filepath.Glob(filepath.Join(dir, "*.deb"))
	var status bytes.Buffer
	for _, deb := range debs {
		out, err := exec.CommandContext(ctx, "dpkg-deb", "-f", deb).Output()
		if err != nil {
			return fmt.Errorf("dpkg-deb -f %s: %w", deb, err)
		}
		fmt.Fprintf(&status, "Status: install ok installed\n%s\n", out)
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return err
	}
	root := filepath.Join(dir, "root")
	for name, data := range map[string][]byte{"var/lib/dpkg/status": status.Bytes(), "etc/os-release": release} {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func first(dir string, names []string) string {
	for _, n := range names {
		file := filepath.Join(dir, n)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return file
		}
	}
	return ""
}

// download unpacks Debian packages to root in a directory.
func download(ctx context.Context, dir string, names ...string) error {
	get := func() error { return run(ctx, dir, "apt-get", append([]string{"-q", "download"}, names...)...) }
	if get() != nil { // the lists may be old, or missing
		if err := run(ctx, dir, "apt-get", "-q", "update"); err != nil {
			return err
		}
		if err := get(); err != nil {
			return err
		}
	}
	debs, _ := filepath.Glob(filepath.Join(dir, "*.deb"))
	if len(debs) != len(names) {
		return fmt.Errorf("apt-get download left %d packages, want %d", len(debs), len(names))
	}
	for _, deb := range debs {
		if err := run(ctx, dir, "dpkg-deb", "-x", deb, "root"); err != nil {
			return err
		}
	}
	return nil
}

// install installs a Debian package unless its program is there.
func (l Lab) install(ctx context.Context, pkg, program string) error {
	if _, err := os.Stat(program); err == nil {
		return nil
	}
	l.logf("installing Debian's %s", pkg)
	get := func() error {
		return run(ctx, "", "apt-get", "install", "-y", "-q", "--no-install-recommends", pkg)
	}
	if get() == nil {
		return nil
	}
	if err := run(ctx, "", "apt-get", "-q", "update"); err != nil {
		return err
	}
	return get()
}

// run runs a command; what it printed is part of the error.
func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, bytes.TrimSpace(out))
	}
	return nil
}
