package executable

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/tools/txtar"
)

// TestCheck compiles the module of each case. The comment's last line is the
// command line of the step, without the output; the environment stands before
// it, and what the image is for, if that is another platform.
func TestCheck(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		lines := strings.Split(strings.TrimSpace(string(ar.Comment)), "\n")
		env, args, _ := strings.Cut(" "+lines[len(lines)-1], " go ")
		if _, err := exec.LookPath("gcc"); err != nil && strings.Contains(env, "CGO_ENABLED=1") {
			t.Skip("no C compiler")
		}
		settings := append([]string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0"}, strings.Fields(env)...)
		out := compile(t, ar, settings, strings.Fields(args))
		p := PlatformOf(settings)
		for _, s := range settings {
			if arch, ok := strings.CutPrefix(s, "FOR="); ok {
				p.Arch = arch
			}
		}
		root, err := os.OpenRoot(out)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		found, err := Check(root.FS(), step.Go{Binaries: []string{"/bin/app"}}, p)
		if err != nil {
			t.Fatal(err)
		}
		golden.Set(t, ar, "want", text(found))
	})
}

// TestCheckSystem changes the system that a program says it is for.
func TestCheckSystem(t *testing.T) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip(err)
	}
	self[elf.EI_OSABI] = byte(elf.ELFOSABI_FREEBSD)
	out := fstest.MapFS{"bin/app": {Data: self}}
	found, err := Check(out, step.Go{Binaries: []string{"/bin/app"}}, Platform{"linux", runtime.GOARCH})
	if err != nil || len(found.Problems) != 1 || !strings.HasPrefix(found.Problems[0], "/bin/app is for ELFOSABI_FREEBSD, and the image is for linux/") {
		t.Errorf("got %q, %v", found.Problems, err)
	}
}

func text(r Result) string {
	if r.Problems != nil {
		return strings.Join(r.Problems, "\n") + "\n"
	}
	return fmt.Sprintf("dynamic: %v, libraries: %v\n", r.Dynamic, r.Libraries)
}

func compile(t *testing.T, ar *txtar.Archive, env, args []string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range ar.Files {
		if f.Name == "want" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "out")
	cmd := exec.Command("go", append(args, "-o", filepath.Join(out, "bin")+"/", ".")...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off"), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// TestCheckNoProgram has files that no linker made.
func TestCheckNoProgram(t *testing.T) {
	out := fstest.MapFS{
		"bin/text":    {Data: []byte("#!/bin/sh\n")},
		"bin/dir/x":   {},
		"bin/app.exe": {},
	}
	for path, want := range map[string]string{
		"/bin/text": "/bin/text is not a program for linux/arm64, it is no ELF file; look for -buildmode in `build.ldflags`",
		"/bin/dir":  "/bin/dir is not a file; a package of the build has the name of a directory",
		"/bin/app":  "/bin/app was not made; what was made is /bin/app.exe, /bin/dir/x, /bin/text",
	} {
		found, err := Check(out, step.Go{Binaries: []string{path}}, Platform{"linux", "arm64"})
		if err != nil || strings.Join(found.Problems, "\n") != want {
			t.Errorf("got  %q (%v)\nwant %q", found.Problems, err, want)
		}
	}
	found, err := Check(out, step.Go{Binaries: []string{"/bin/app.exe"}}, Platform{"windows", "arm64"})
	if err != nil || found.Problems != nil || found.Dynamic {
		t.Errorf("another system's program: %v, %v", found, err)
	}
}

func TestImporters(t *testing.T) {
	const line = "package c\n\n//go:cgo_import_dynamic c_open open \"libdl.so.2\"\n"
	source := fstest.MapFS{
		"internal/c/c.go":              {Data: []byte(line)},
		"internal/c/c_test.go":         {Data: []byte(line)},
		"vendor/example.com/v/v.go":    {Data: []byte(line)},
		"vendor/example.com/v/more.go": {Data: []byte("package c\n\n//go:cgo_import_dynamic _ _ \"libz.so.1\"\n")},
		"text.md":                      {Data: []byte(line)},
	}
	modules := fstest.MapFS{
		"example.com/!big@v1.0.0/fake/f.go": {Data: []byte(line)},
		"example.com/other@v1.0.0/o.go":     {Data: []byte("package o\n\n//go:cgo_import_dynamic _ _ \"libz.so.1\"\n")},
	}
	got, err := Importers([]string{"libdl.so.2"}, source, modules)
	want := "example.com/Big@v1.0.0/fake example.com/v internal/c"
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q (%v), want %s", got, err, want)
	}
}
