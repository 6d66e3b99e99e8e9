// Package standin makes images that stand in for well-known ones where no
// public registry can be reached. They have the real ones' names, tags,
// users and config, hold this machine's Go and busybox, and never leave the
// lab.
package standin

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/hack/internal/layer"
	"github.com/gohull/gohull/hack/internal/store"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// recipe changes whenever this package makes other images from the same
// machine.
const recipe = "4"

// Machine is what the images are made from.
type Machine struct {
	Goroot    string
	GoVersion string // "1.26.8"
	Busybox   string // a static busybox
	Debian    string // a directory that has Debian's gcc, glibc and musl, as a root file system
	CA        string // the machine's CA bundle; empty when it has none
}

// maker makes the platforms of one image.
type maker struct {
	Machine
	blobs string
}

// Images lists the stand-ins.
func Images(m Machine) ([]store.Image, error) {
	key, err := m.key()
	if err != nil {
		return nil, err
	}
	image := func(f func(maker) ([]store.Platform, error), names ...string) store.Image {
		return store.Image{Names: names, Key: key, Make: func(blobs string) (v1.ImageIndex, error) {
			platforms, err := f(maker{m, blobs})
			if err != nil {
				return nil, err
			}
			return store.Index(platforms)
		}}
	}
	tag := func(v string) string { return "library/golang:" + v }
	return []store.Image{
		image(maker.golang, tag(m.GoVersion+"-alpine"), tag(m.GoVersion+"-alpine3.22"), tag(minor(m.GoVersion)+"-alpine")),
		image(maker.bookworm, tag(m.GoVersion+"-bookworm"), tag(minor(m.GoVersion)+"-bookworm")),
		image(maker.muslGolang, "library/golang-musl:"+m.GoVersion, "library/golang-musl:"+minor(m.GoVersion)),
		image(maker.alpine, "library/alpine:3.22"),
		image(maker.distroless, "distroless/static-debian12:nonroot"),
		image(maker.distrolessBase, "distroless/base-debian12:nonroot"),
		image(maker.debian, "library/debian:12"),
		image(maker.amd64only, "library/amd64only:1"),
	}, nil
}

// minor cuts "1.26.8" to "1.26".
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

func (m Machine) key() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, recipe, m.GoVersion)
	names := []string{filepath.Join(m.Goroot, "VERSION"), m.Busybox, m.CA}
	for _, lib := range []string{glibc, musl} {
		names = append(names, filepath.Join(m.Debian, lib))
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (m maker) golang() ([]store.Platform, error) {
	base, err := m.alpineLayer()
	if err != nil {
		return nil, err
	}
	goroot, err := m.gorootLayer()
	if err != nil {
		return nil, err
	}
	var all []store.Platform
	for _, p := range platforms("linux/amd64", "linux/arm64/v8") {
		all = append(all, store.Platform{Platform: p, Config: m.golangConfig(), Layers: []v1.Layer{base, goroot}})
	}
	return all, nil
}

func (m maker) golangConfig() v1.Config {
	return v1.Config{
		Env: []string{
			"PATH=/go/bin:/usr/local/go/bin:" + standardPath,
			"GOLANG_VERSION=" + m.GoVersion,
			"GOTOOLCHAIN=local",
			"GOPATH=/go",
		},
		Cmd:        []string{"/bin/sh"},
		WorkingDir: "/go",
	}
}

func (m maker) alpine() ([]store.Platform, error) {
	return m.alpineFor("linux/amd64", "linux/arm64/v8", "linux/arm/v6", "linux/arm/v7")
}

func (m maker) amd64only() ([]store.Platform, error) { return m.alpineFor("linux/amd64") }

// alpineFor puts the same busybox into the image of each platform: those of
// other machines are built upon but never run.
func (m maker) alpineFor(names ...string) ([]store.Platform, error) {
	base, err := m.alpineLayer()
	if err != nil {
		return nil, err
	}
	config := v1.Config{Env: []string{"PATH=" + standardPath}, Cmd: []string{"/bin/sh"}, WorkingDir: "/"}
	var all []store.Platform
	for _, p := range platforms(names...) {
		all = append(all, store.Platform{Platform: p, Config: config, Layers: []v1.Layer{base}})
	}
	return all, nil
}

func (m maker) distroless() ([]store.Platform, error) {
	base, err := m.distrolessLayer()
	if err != nil {
		return nil, err
	}
	var all []store.Platform
	for _, p := range platforms("linux/amd64", "linux/arm64/v8") {
		all = append(all, store.Platform{Platform: p, Config: distrolessConfig(), Layers: []v1.Layer{base}})
	}
	return all, nil
}

func distrolessConfig() v1.Config {
	return v1.Config{
		Env: []string{
			"PATH=" + standardPath,
			"SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
		},
		User:       "65532",
		WorkingDir: "/home/nonroot",
	}
}

const standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func platforms(names ...string) []v1.Platform {
	var all []v1.Platform
	for _, n := range names {
		p, err := v1.ParsePlatform(n)
		if err != nil {
			panic(err) // the names are written in this file
		}
		all = append(all, *p)
	}
	return all
}

func (m maker) alpineLayer() (v1.Layer, error) {
	applets, err := exec.Command(m.Busybox, "--list-full").Output()
	if err != nil {
		return nil, fmt.Errorf("list the applets of %s: %w", m.Busybox, err)
	}
	w, err := layer.Create(m.blobs, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	w.Copy("bin/busybox", m.Busybox)
	for _, a := range strings.Fields(string(applets)) {
		if a != "bin/busybox" {
			w.Symlink(a, "/bin/busybox")
		}
	}
	w.Copy("lib/ld-musl-x86_64.so.1", filepath.Join(m.Debian, musl))
	w.Symlink("lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1")
	w.File("etc/alpine-release", 0o644, "3.22.0\n")
	w.File("etc/os-release", 0o644, alpineRelease)
	w.File("etc/passwd", 0o644, alpinePasswd)
	w.File("etc/group", 0o644, alpineGroup)
	m.certificates(w)
	for _, dir := range []string{"dev", "proc", "sys", "run", "home", "root", "usr/local/bin", "var/cache"} {
		w.Dir(dir, 0o755)
	}
	w.Dir("tmp", 0o1777)
	w.Dir("var/tmp", 0o1777)
	return w.Close()
}

func (m maker) distrolessLayer() (v1.Layer, error) {
	w, err := layer.Create(m.blobs, gzip.DefaultCompression)
	if err != nil {
		return nil, err
	}
	w.File("etc/passwd", 0o644, distrolessPasswd)
	w.File("etc/group", 0o644, distrolessGroup)
	w.File("etc/os-release", 0o644, distrolessRelease)
	m.certificates(w)
	if err := zones(w, filepath.Join(m.Goroot, "lib/time/zoneinfo.zip")); err != nil {
		return nil, err
	}
	w.Dir("home/nonroot", 0o700)
	w.Dir("tmp", 0o1777)
	return w.Close()
}

func (m maker) certificates(w *layer.Writer) {
	if m.CA != "" {
		w.Copy("etc/ssl/certs/ca-certificates.crt", m.CA)
	}
}

func (m maker) gorootLayer() (v1.Layer, error) {
	w, err := layer.Create(m.blobs, gzip.BestSpeed) // 200 MB, on the way of the first `up`
	if err != nil {
		return nil, err
	}
	w.Tree("usr/local/go", m.Goroot, unneeded)
	w.Dir("go/bin", 0o1777)
	w.Dir("go/src", 0o1777)
	return w.Close()
}

// unneeded names what builds never read: Go's own tests and documents.
func unneeded(rel string) bool {
	switch {
	case rel == "test" || rel == "api" || rel == "doc" || rel == "misc" || rel == "pkg/obj" || rel == "pkg/bootstrap":
		return true
	case path.Base(rel) == "testdata":
		return true
	}
	return strings.HasPrefix(rel, "src/") && strings.HasSuffix(rel, "_test.go")
}
