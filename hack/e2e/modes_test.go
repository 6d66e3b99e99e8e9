package e2e

import (
	"debug/buildinfo"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPIE starts a position-independent program on two bases with different C
// libraries. For a platform without such programs, the error says so.
func TestPIE(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"Dockerfile": "base: alpine\nbuild: {mode: pie}\n",
		"go.mod":     goMod("example.com/pie"),
		"main.go":    "package main\n\nfunc main() { print(`pie`) }\n",
	}
	b := plain(t, write(t, files), "--provenance=false")
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "pie")
	b.Push = ""
	b.Args = append(b.Args, "--platform=linux/arm/v7", "--output=type=cacheonly")
	r := run(t, b)
	if want := "for this platform leave `build.mode: pie` out"; r.Exit == 0 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, want %q in\n%s", r.Exit, want, r.Text)
	}
}

// TestCover runs a program that counts lines, and reads what it counted.
func TestCover(t *testing.T) {
	t.Parallel()
	b := plain(t, write(t, map[string]string{
		"Dockerfile": "build: {cover: true}\n",
		"go.mod":     goMod("example.com/cover"),
		"main.go":    "package main\n\nfunc main() { print(`covered`) }\n",
	}))
	out, counts := t.TempDir(), t.TempDir()
	b.Args = append(b.Args, "--target=binary", "--output="+out)
	succeed(t, b)
	cmd := exec.CommandContext(t.Context(), filepath.Join(out, "cover"))
	cmd.Env = append(os.Environ(), "GOCOVERDIR="+counts)
	if text, err := cmd.CombinedOutput(); err != nil || string(text) != "covered" {
		t.Fatalf("%v: %s", err, text)
	}
	text, err := exec.CommandContext(t.Context(), "go", "tool", "covdata", "percent", "-i="+counts).CombinedOutput()
	if err != nil || !strings.Contains(string(text), "example.com/cover") || !strings.Contains(string(text), "100.0%") {
		t.Errorf("%v: %s", err, text)
	}
}

// TestGoSettings builds with settings of Go's own: the toolchain has the FIPS 140
// module that is asked for, and the program says what it was built with.
func TestGoSettings(t *testing.T) {
	t.Parallel()
	b := plain(t, write(t, map[string]string{
		"Dockerfile": "build: {env: {GOFIPS140: v1.0.0, GOEXPERIMENT: jsonv2}}\n",
		"go.mod":     goMod("example.com/fips"),
		"main.go":    "package main\n\nimport \"crypto/fips140\"\n\nfunc main() { print(fips140.Enabled()) }\n",
	}))
	out := t.TempDir()
	b.Args = append(b.Args, "--target=binary", "--output="+out, "--platform=linux/amd64/v2")
	succeed(t, b)
	program := filepath.Join(out, "fips")
	text, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	if err != nil || string(text) != "true" {
		t.Errorf("%v: %s", err, text)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	for name, want := range map[string]string{"GOFIPS140": "v1.0.0", "GOEXPERIMENT": "jsonv2", "GOAMD64": "v2", "DefaultGODEBUG": "fips140=on"} {
		if !strings.HasPrefix(settings[name], want) {
			t.Errorf("%s is %q, want %q", name, settings[name], want)
		}
	}
	if f, err := elf.Open(program); err != nil || f.Type != elf.ET_EXEC {
		t.Errorf("not an ordinary program: %v", err)
	}
}
