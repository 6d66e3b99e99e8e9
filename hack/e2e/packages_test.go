package e2e

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// libraries are the files of libc6 that programs need, for amd64.
var libraries = []string{
	"usr/lib64/ld-linux-x86-64.so.2", "usr/lib/x86_64-linux-gnu/libc.so.6", "usr/lib/x86_64-linux-gnu/libm.so.6",
	"usr/lib/x86_64-linux-gnu/libpthread.so.0", "usr/lib/x86_64-linux-gnu/librt.so.1", "usr/lib/x86_64-linux-gnu/libdl.so.2",
}

// keyring is where Debian's images have the keys of its archive.
const keyring = "usr/share/keyrings/debian-archive-keyring.gpg"

// bareDebian is what a Debian image without packages has for them: the database, the
// repositories and their keys.
func bareDebian(t *testing.T, _ string) map[string]string {
	t.Helper()
	keys, err := os.ReadFile("/" + keyring)
	if err != nil {
		t.Skipf("the machine has no keys of Debian's archive: %v", err)
	}
	return map[string]string{
		"var/lib/dpkg/status":                   "",
		"var/lib/dpkg/available":                "",
		keyring:                                 string(keys),
		"etc/apt/sources.list.d/debian.sources": "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\nSigned-By: /" + keyring + "\n",
	}
}

// distroless is a database of a distroless image.
func distroless(*testing.T, string) map[string]string {
	return map[string]string{"var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12.4+deb12u11\nArchitecture: all\n"}
}

// debianWithLibc has the C library in its database.
func debianWithLibc(t *testing.T, arch string) map[string]string {
	t.Helper()
	var b strings.Builder
	for _, p := range []string{"libc6 2.36-9+deb12u10", "libgcc-s1 12.2.0-14+deb12u1", "gcc-12-base 12.2.0-14+deb12u1", "libcrypt1 1:4.4.33-2"} {
		name, version, _ := strings.Cut(p, " ")
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: same\nVersion: %s\nDescription: of the base\n\n", name, arch, version)
	}
	all := bareDebian(t, arch)
	all["var/lib/dpkg/status"] = b.String()
	return all
}

// debianBase is what Debian's images have, with the C library alone: directories
// and links, and what they have for packages.
func debianBase(arch string, forPackages map[string]string) (files []baseFile) {
	add := func(hdr tar.Header, data string) { files = append(files, baseFile{hdr, data}) }
	for _, dir := range []string{"etc", "etc/apt", "etc/apt/sources.list.d", "usr", "usr/bin", "usr/lib", "usr/lib64", "usr/sbin", "usr/share", "usr/share/keyrings", "var", "var/lib", "var/lib/dpkg", "var/lib/dpkg/info"} {
		add(tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}, "")
	}
	add(tar.Header{Typeflag: tar.TypeDir, Name: "tmp", Mode: 0o1777}, "")
	for _, link := range []string{"bin", "lib", "lib64", "sbin"} {
		add(tar.Header{Typeflag: tar.TypeSymlink, Name: link, Linkname: "usr/" + link}, "")
	}
	all := map[string]string{
		"etc/passwd":         "root:x:0:0:root:/root:/bin/sh\n",
		"etc/group":          "root:x:0:\n",
		"etc/os-release":     "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
		"etc/debian_version": "12.11\n",
	}
	maps.Copy(all, forPackages)
	for name, data := range all {
		add(tar.Header{Name: name, Mode: 0o644}, data)
	}
	for _, name := range libraries {
		data, err := os.ReadFile("/" + name)
		if arch == "amd64" && err == nil {
			add(tar.Header{Name: name, Mode: 0o755}, string(data))
		}
	}
	slices.SortStableFunc(files, func(a, b baseFile) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// pushDebian pushes a base for amd64 and arm64, and returns its name.
func pushDebian(t *testing.T, as string, forPackages func(t *testing.T, arch string) map[string]string) string {
	t.Helper()
	var index v1.ImageIndex = empty.Index
	for _, arch := range []string{"amd64", "arm64"} {
		data := archiveOf(t, debianBase(arch, forPackages(t, arch)))
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
		if err != nil {
			t.Fatal(err)
		}
		im, err := mutate.AppendLayers(empty.Image, layer)
		if err != nil {
			t.Fatal(err)
		}
		c := platformConfig(t, im)
		c.Architecture = arch
		if im, err = mutate.ConfigFile(im, c); err != nil {
			t.Fatal(err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: im, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	to, err := name.ParseReference(ref(t) + "-" + as)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(to, index, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	return to.String()
}

// replaceBase names another base in the spec of a copied example.
func replaceBase(t *testing.T, dir, from, to string) {
	t.Helper()
	name := filepath.Join(dir, "Dockerfile")
	spec, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	replaced := strings.Replace(string(spec), "base: "+from+"\n", "base: "+to+"\n", 1)
	if replaced == string(spec) {
		t.Fatalf("%s has no base %s", name, from)
	}
	if err := os.WriteFile(name, []byte(replaced), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestExamplePackages adds git and tini to Debian for two platforms on one builder.
func TestExamplePackages(t *testing.T) {
	t.Parallel()
	dir := example(t, "packages").Dir
	replaceBase(t, dir, "debian:12-slim", pushDebian(t, "base", debianWithLibc))
	build := func(args ...string) buildx.Build {
		b := gohull(t, dir, append([]string{"--platform=linux/amd64,linux/arm64", "--provenance=false"}, args...)...)
		b.Push = ref(t)
		return b
	}
	first := succeed(t, build())
	if exit, got := output(t, pull(t, ref(t))); exit != 0 || !strings.HasPrefix(got, "git version 2.39") {
		t.Errorf("exit code %d, printed %s", exit, got)
	}
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		all := files(t, pullFor(t, ref(t), "linux/"+arch))
		hasPackages(t, arch, machine, all)
	}

	// The indexes are looked up again; nothing else runs.
	again := succeed(t, build())
	if again.Digest != first.Digest {
		t.Errorf("the digest is %s, and was %s", again.Digest, first.Digest)
	}
	for _, step := range []string{"find the packages of run.packages for linux/arm64", "add git, tini"} {
		if v, ok := again.Vertex(step); !ok || !v.Cached {
			t.Errorf("the step %q is not CACHED", step)
		}
	}
	packagesLocked(t, dir, build, first.Digest)
}

// hasPackages looks at the files of an image for one architecture.
func hasPackages(t *testing.T, arch string, machine elf.Machine, all map[string]image.File) {
	t.Helper()
	program, err := elf.NewFile(bytes.NewReader(all["usr/bin/git"].Data))
	if err != nil || program.Machine != machine {
		t.Errorf("%s: /usr/bin/git is of %v, %v", arch, program, err)
	}
	for name, mode := range map[string]string{"usr/bin/tini": "-rwxr-xr-x", "tmp": "dtrwxrwxrwx", "usr/bin": "drwxr-xr-x"} {
		if got := entry(name, all[name]); !strings.HasPrefix(got, mode+" 0:0 ") {
			t.Errorf("%s: got %s, want %s", arch, got, mode)
		}
	}
	status := string(all["var/lib/dpkg/status"].Data)
	for _, name := range []string{"git", "tini", "libc6"} {
		if !strings.Contains("\n"+status, "\nPackage: "+name+"\nStatus: install ok installed\n") {
			t.Errorf("%s: the package database has no %s", arch, name)
		}
	}
}

// packagesLocked builds from a lock, and from archives that were kept, without
// the repositories.
func packagesLocked(t *testing.T, dir string, build func(...string) buildx.Build, digest string) {
	t.Helper()
	text := lock(t, dir, "--platform=linux/amd64,linux/arm64")
	if !strings.Contains(text, "\n    wants: [\"git\", \"tini\"]\n") || !strings.Contains(text, "_arm64.deb\"") {
		t.Errorf("the lock is\n%s", text)
	}
	archives := t.TempDir()
	succeed(t, gohull(t, dir, "--platform=linux/amd64,linux/arm64", "--target=packages", "--output="+archives))
	if found, err := filepath.Glob(archives + "/linux_arm64/arm64/git_*_arm64.deb"); err != nil || len(found) != 1 {
		t.Errorf("--target packages gives %q, %v", found, err)
	}
	b := build("--build-context=packages=" + archives)
	locked := succeed(t, b)
	if locked.Digest != digest {
		t.Errorf("with the lock and kept archives the digest is %s, and was %s", locked.Digest, digest)
	}
	for _, step := range locked.Steps() {
		if strings.Contains(step, "look up the package indexes") || strings.Contains(step, "download git") {
			t.Errorf("the step %q ran", step)
		}
	}
	sbom := export(t, gohull(t, dir, "--target=sbom"))["sbom.spdx.json"]
	var document struct {
		Packages []struct {
			ExternalRefs []struct{ ReferenceLocator string }
		}
	}
	if err := json.Unmarshal([]byte(sbom), &document); err != nil {
		t.Fatal(err)
	}
	purls := map[string]bool{}
	for _, p := range document.Packages {
		for _, r := range p.ExternalRefs {
			name, _, _ := strings.Cut(r.ReferenceLocator, "@")
			purls[name] = true
		}
	}
	for _, want := range []string{"pkg:deb/debian/git", "pkg:deb/debian/tini", "pkg:golang/stdlib"} {
		if !purls[want] {
			t.Errorf("the SBOM has no %s: %v", want, slices.Sorted(maps.Keys(purls)))
		}
	}
}
