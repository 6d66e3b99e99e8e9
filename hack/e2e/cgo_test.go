package e2e

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// TestExampleCgo has the C compiled without optimising, which takes a tenth
// of the time.
func TestExampleCgo(t *testing.T) {
	t.Parallel()
	b := example(t, "cgo")
	spec, err := os.ReadFile(filepath.Join(b.Dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	fast := strings.Replace(string(spec), "cgo: true", "cgo: true\n  env: {CGO_CFLAGS: -O0}", 1)
	edit(t, b, map[string]string{"Dockerfile": fast})
	succeed(t, b)
	im := pull(t, b.Push)
	if exit, got := output(t, im); exit != 0 || !regexp.MustCompile(`^3\.\d+\.\d+\n$`).MatchString(got) {
		t.Errorf("exit code %d, printed %q, want a version of SQLite", exit, got)
	}
	if exit, got := output(t, im, "select 6 * 7"); exit != 0 || got != "42\n" {
		t.Errorf("exit code %d, printed %q, want 42", exit, got)
	}
	edit(t, b, map[string]string{"Dockerfile": strings.Replace(fast, "distroless", "alpine", 1)})
	r := run(t, b)
	if r.Exit == 0 || !strings.Contains(r.Text, "/usr/local/bin/cgo is linked with glibc: it starts through /lib64/ld-linux-x86-64.so.2, which docker.io/library/alpine:3.22 does not have, and needs ") || !strings.Contains(r.Text, "; write `base: distroless`") {
		t.Errorf("exit code %d, want an error for a base without glibc:\n%s", r.Exit, r.Text)
	}
	if v, ok := r.Vertex("compile cgo for linux/amd64"); !ok || !v.Cached {
		t.Errorf("another base compiles again: %+v", v)
	}
}

// halved is a program with a little C in it.
func halved(spec string) map[string]string {
	return map[string]string{
		"Dockerfile": spec,
		"go.mod":     goMod("example.com/app"),
		"main.go": `package main

// #include <stdlib.h>
import "C"

func main() { println(C.div(85, 2).quot) }
`,
	}
}

// TestMusl compiles for Alpine's C library, with the C compiler that the
// toolchain's image names.
func TestMusl(t *testing.T) {
	t.Parallel()
	musl := "toolchain: golang-musl:" + goVersion() + "\nbuild: {cgo: true}\n"
	b := gohull(t, write(t, halved(musl+"base: alpine\n")))
	b.Push = ref(t)
	succeed(t, b)
	if exit, got := output(t, pull(t, b.Push)); exit != 0 || got != "42\n" {
		t.Errorf("exit code %d, printed %q, want 42", exit, got)
	}
	edit(t, b, map[string]string{"Dockerfile": musl + "base: distroless\n"})
	r := run(t, b)
	if r.Exit == 0 || !strings.Contains(r.Text, "/usr/local/bin/app is linked with musl: it starts through /lib/ld-musl-x86_64.so.1, which gcr.io/distroless/base-debian12:nonroot does not have, and needs libc.so; write `base: alpine`") {
		t.Errorf("exit code %d, want an error for a base without musl:\n%s", r.Exit, r.Text)
	}
	edit(t, b, map[string]string{"Dockerfile": "toolchain: golang:" + goVersion() + "-alpine\nbuild: {cgo: true}\nbase: alpine\n"})
	b.Push, b.Args = "", append(b.Args, "--platform=linux/arm64")
	if r := run(t, b); r.Exit == 0 || !strings.Contains(r.Text, `cgo: C compiler "aarch64-linux-gnu-gcc" not found`) || !strings.Contains(r.Text, "to compile for this platform, remove the key `toolchain`: gohull adds the compiler to the official image") {
		t.Errorf("exit code %d, want an error that says how to compile for arm64:\n%s", r.Exit, r.Text)
	}
}

// TestSharedLibrary needs a library that lies in the build context: the base
// has it only when run.files copies it there.
func TestSharedLibrary(t *testing.T) {
	t.Parallel()
	spec := "base: distroless\nbuild: {cgo: true}\n"
	b := gohull(t, write(t, map[string]string{
		"Dockerfile":  spec,
		"go.mod":      goMod("example.com/app"),
		"lib/twice.c": "int twice(int n) { return 2 * n; }\n",
		"main.go": `package main

// #cgo LDFLAGS: -L${SRCDIR}/lib -ltwice
// int twice(int n);
import "C"

func main() { println(C.twice(21)) }
`,
	}))
	b.Push = ref(t)
	gcc := exec.Command("gcc", "-shared", "-nostdlib", "-Wl,-soname,libtwice.so.1", "-o", "libtwice.so", "twice.c")
	gcc.Dir = filepath.Join(b.Dir, "lib")
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", gcc, err, out)
	}
	r := run(t, b)
	if r.Exit == 0 || !hasLine(r.Text, "/usr/local/bin/app needs libtwice.so.1, which gcr.io/distroless/base-debian12:nonroot does not have; name a base that has it, or copy it with `run.files` to /usr/lib") {
		t.Errorf("exit code %d, want an error that names libtwice.so.1:\n%s", r.Exit, r.Text)
	}
	edit(t, b, map[string]string{"Dockerfile": spec + "run: {files: [{from: lib/libtwice.so, to: /usr/lib/libtwice.so.1}]}\n"})
	succeed(t, b)
	if exit, got := output(t, pull(t, b.Push)); exit != 0 || got != "42\n" {
		t.Errorf("exit code %d, printed %q, want 42", exit, got)
	}
}

// TestRace has a data race, which both the image and the tests find. The tests
// have the race detector without cgo in the spec.
func TestRace(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "base: distroless\nbuild: {cgo: true, race: true}\n",
		"go.mod":     goMod("example.com/app"),
		"main.go": `package main

func count() (n int) {
	done := make(chan bool)
	go func() {
		n++
		close(done)
	}()
	n++
	<-done
	return n
}

func main() { println(count()) }
`,
		"main_test.go": `package main

import "testing"

func TestCount(t *testing.T) { count() }
`,
	}))
	b.Push = ref(t)
	succeed(t, b)
	const found = 66 // the race detector's exit code
	if exit, got := output(t, pull(t, b.Push)); exit != found || !strings.Contains(got, "WARNING: DATA RACE") {
		t.Errorf("exit code %d, printed %q, want a data race", exit, got)
	}
	edit(t, b, map[string]string{"Dockerfile": "test: {race: true}\n"})
	b.Push = ""
	b.Args = append(b.Args, "--target=test")
	r := run(t, b)
	want := regexp.MustCompile(`(?m)^main\.go:[69]: TestCount: data race: (read|write) here, previous (read|write) at main\.go:[69]$`)
	if r.Exit == 0 || !want.MatchString(r.Text) {
		t.Errorf("exit code %d, want an error at the lines of the race:\n%s", r.Exit, r.Text)
	}
}

// TestLinkedDynamically has a library loaded without cgo, which only the
// compile shows. The program starts through the linker of its base.
func TestLinkedDynamically(t *testing.T) {
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "base: alpine\n",
		"go.mod":     goMod("example.com/app"),
		"main.go": `package main

//go:cgo_import_dynamic _ _ "libc.so.6"

func main() { println("hello") }
`,
	}))
	b.Push = ref(t)
	for _, base := range []string{"alpine", "gcr.io/distroless/base-debian12:nonroot"} {
		edit(t, b, map[string]string{"Dockerfile": "base: " + base + "\n"})
		succeed(t, b)
		if exit, got := output(t, pull(t, b.Push)); exit != 0 || got != "hello\n" {
			t.Errorf("on %s: exit code %d, printed %q, want hello", base, exit, got)
		}
	}
	edit(t, b, map[string]string{"Dockerfile": ""})
	r := run(t, b)
	want := "/usr/local/bin/app is linked with glibc (asked for by the main module): it starts through /lib64/ld-linux-x86-64.so.2, which scratch does not have, and needs libc.so.6; write `base: gcr.io/distroless/base-debian12:nonroot`"
	if r.Exit == 0 || !hasLine(r.Text, want) {
		t.Errorf("exit code %d, want an error for scratch:\n%s", r.Exit, r.Text)
	}
}

// alsoC is C and C++ that the example static-cgo has in the test: a library that
// pkg-config finds, and C++ for arm64 alone, because the lab's Go image has no g++.
var alsoC = map[string]string{
	"also.go": `package main

// #cgo pkg-config: libzstd
// #include <zstd.h>
// int twice(int n);
import "C"

import "fmt"

func init() { fmt.Println(C.GoString(C.ZSTD_versionString()), C.twice(21)) }
`,
	"twice_amd64.c":  "int twice(int n) { return 2 * n; }\n",
	"twice_arm64.cc": "#include <string>\nextern \"C\" int twice(int n) { return std::string(2 * n, 'x').size(); }\n",
}

// TestCgoPlatforms compiles SQLite and other C for the builder's architecture and
// another: linked in, for scratch, and dynamically, for Debian and distroless. The
// tags are the same, so dependencies are compiled once. The packages that C is compiled
// with are locked in between, and their archives kept.
func TestCgoPlatforms(t *testing.T) {
	t.Parallel()
	b := example(t, "static-cgo")
	b.Args = append(b.Args, "--platform=linux/amd64,linux/arm64", "--provenance=false")
	edit(t, b, alsoC)
	spec, err := os.ReadFile(filepath.Join(b.Dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	const tag = "tags: [sqlite_omit_load_extension"
	static := strings.Replace(string(spec), tag, "packages: [libzstd-dev]\n  env: {CGO_CFLAGS: -O0}\n  "+tag, 1)
	edit(t, b, map[string]string{"Dockerfile": static})
	succeed(t, b)
	if libs := sqlite(t, b.Push); len(libs) > 0 {
		t.Errorf("the static program needs %q", libs)
	}

	r := run(t, b)
	for _, name := range []string{"find g++-aarch64-linux-gnu for linux/arm64", "find libzstd-dev for linux/arm64", "compile static-cgo for linux/arm64"} {
		if v, ok := r.Vertex(name); !ok || !v.Cached {
			t.Errorf("a second build runs %q again", name)
		}
	}
	compilersLocked(t, b, r.Digest)

	dynamic := strings.Replace(strings.Replace(static, "cgo: static", "cgo: true", 1), tag, tag+", netgo, osusergo", 1)
	dynamic = strings.Replace(dynamic, "run:\n", "run:\n  packages: [libc6, libstdc++6, libzstd1]\n", 1)
	for _, base := range []string{pushDebian(t, "debian", bareDebian), pushDebian(t, "distroless", distroless)} {
		edit(t, b, map[string]string{"Dockerfile": strings.Replace(dynamic, "build:\n", "base: "+base+"\nbuild:\n", 1)})
		succeed(t, b)
		if libs := sqlite(t, b.Push); !slices.Contains(libs, "libzstd.so.1") || !slices.Contains(libs, "libc.so.6") {
			t.Errorf("the dynamic program needs %q, want libzstd.so.1 and libc.so.6", libs)
		}
	}
}

// sqlite looks at the program of both platforms, starts that for amd64, and returns
// the libraries that the one for arm64 needs.
func sqlite(t *testing.T, ref string) []string {
	t.Helper()
	if exit, got := output(t, pullFor(t, ref, "linux/amd64"), "select 6 * 7"); exit != 0 || !regexp.MustCompile(`^1\.5\.\d+ 42\n42\n$`).MatchString(got) {
		t.Errorf("exit code %d, printed %q, want a version of zstd, and 42 twice", exit, got)
	}
	all := files(t, pullFor(t, ref, "linux/arm64"))
	binary := all["usr/local/bin/static-cgo"].Data
	isFor(t, binary, elf.EM_AARCH64, map[string]string{"CGO_ENABLED": "1", "GOARCH": "arm64", "-tags": "sqlite_omit_load_extension,netgo,osusergo"})
	if !bytes.Contains(binary, []byte("SQLite format 3")) {
		t.Error("the program for arm64 has no SQLite")
	}
	libs := imported(t, binary)
	for _, lib := range libs {
		const dir = "usr/lib/aarch64-linux-gnu/"
		found := all[dir+lib]
		if found.Link != "" {
			found = all[dir+found.Link]
		}
		library, err := elf.NewFile(bytes.NewReader(found.Data))
		if !strings.HasPrefix(lib, "ld-linux") && (err != nil || library.Machine != elf.EM_AARCH64) {
			t.Errorf("%s of the image for arm64 is %v, %v", lib, library, err)
		}
	}
	return libs
}

// compilersLocked locks the packages that C is compiled with, keeps their
// archives, and builds from both, without the repositories.
func compilersLocked(t *testing.T, b buildx.Build, digest string) {
	t.Helper()
	text := lock(t, b.Dir, "--platform=linux/amd64,linux/arm64")
	for _, want := range []string{"\n    for: compiler\n    wants: [\"g++-aarch64-linux-gnu\"]\n", "\n    for: target\n    wants: [\"libzstd-dev\"]\n    platforms:\n      linux/arm64:\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the lock has no %q:\n%s", want, text)
		}
	}
	archives := t.TempDir()
	succeed(t, gohull(t, b.Dir, "--platform=linux/amd64,linux/arm64", "--target=packages", "--output="+archives))
	b.Args = append(slices.Clone(b.Args), "--build-context=packages="+archives)
	locked := succeed(t, b)
	if locked.Digest != digest {
		t.Errorf("with the lock and kept archives the digest is %s, and was %s", locked.Digest, digest)
	}
	for _, step := range locked.Steps() {
		if strings.Contains(step, "look up the package indexes") || strings.HasPrefix(step, "download ") {
			t.Errorf("the step %q ran", step)
		}
	}
	if err := os.Remove(filepath.Join(b.Dir, lockFile)); err != nil {
		t.Fatal(err)
	}
}

// imported returns the libraries that a program is linked with.
func imported(t *testing.T, binary []byte) []string {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	libs, err := file.ImportedLibraries()
	if err != nil {
		t.Fatal(err)
	}
	return libs
}
