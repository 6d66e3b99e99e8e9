package gomod_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/gomod"
)

// TestUsed compares with the go command, which refuses a vendor directory that
// lacks what go.mod requires only if it uses the directory.
func TestUsed(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	var used int
	for _, workspace := range []bool{false, true} {
		for _, vendor := range []string{"# example.com/y v1.0.0\n", "## workspace\n# example.com/y v1.0.0\n"} {
			for _, line := range []string{"", "1.13", "1.14", "1.22"} {
				files := tree{
					"go.mod":             "module example.com/a\n" + goLine(line) + "require example.com/x v1.0.0\n",
					"go.sum":             "example.com/x v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
					"a.go":               "package a\n",
					"vendor/modules.txt": vendor,
				}
				if workspace {
					files["go.work"] = goLine(line) + "use .\n"
				}
				dir := filepath.Join(t.TempDir(), "a")
				files.write(t, dir)
				_, stderr, _ := goCommand(dir, "off", "list", ".")
				want := strings.Contains(stderr, "inconsistent vendoring")
				if want {
					used++
				}
				if got := gomod.ParseVendor([]byte(vendor)).Used(workspace, line, ""); got != want {
					t.Errorf("got %v, the go command has %v (%s) for\n%s", got, want, stderr, files)
				}
			}
		}
	}
	if used == 0 {
		t.Error("the go command used no vendor directory")
	}
	if gomod.ParseVendor([]byte("## workspace\n")).Used(true, "1.18", "1.21.3") {
		t.Error("Go 1.21 uses the vendor directory of a workspace")
	}
}

func goLine(version string) string {
	if version == "" {
		return ""
	}
	return "go " + version + "\n"
}

// TestProgramName compares with the go command.
func TestProgramName(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	for _, importPath := range []string{"example.com/a", "example.com/a/v2", "example.com/a/v1", "example.com/a/v02", "example.com/v2/b", "example.com/a/v2x", "v2.example/a/v12"} {
		dir := filepath.Join(t.TempDir(), "a")
		tree{"go.mod": "module " + importPath + "\ngo 1.22\n", "a.go": "package main\n"}.write(t, dir)
		out, stderr, err := goCommand(dir, "off", "list", "-f", "{{.Target}}", ".")
		if err != nil {
			t.Fatal(stderr)
		}
		want := strings.TrimSuffix(filepath.Base(strings.TrimSpace(out)), ".exe")
		if got := gomod.ProgramName(importPath); got != want {
			t.Errorf("%s is built as %s, and by the go command as %s", importPath, got, want)
		}
	}
}
