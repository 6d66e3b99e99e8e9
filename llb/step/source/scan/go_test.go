package scan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAsGo compares the packages of generated modules with those that the go
// command lists: with ignore lines, modules within modules, build constraints,
// links, and directories that it passes over.
func TestAsGo(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	for seed := range 12 {
		dir := t.TempDir()
		generated(t, rand.New(rand.NewPCG(3, uint64(seed))), dir)
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		facts, err := Scan(root.FS(), onLinux())
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, p := range facts.Packages {
			if p.Module == "." && p.Name != "" {
				fmt.Fprintf(&got, "%s %s\n", p.Dir, p.Name)
			}
		}
		if diff := cmp.Diff(listed(t, dir), got.String()); diff != "" {
			t.Errorf("seed %d: -go +gohull\n%s", seed, diff)
		}
	}
}

// listed returns the packages of a module that have files, as the go command has
// them.
func listed(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-find", "-f", `{{if and .GoFiles (not .Error)}}{{.Dir}} {{.Name}}{{end}}`, "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOTOOLCHAIN=local", "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for line := range strings.Lines(string(out)) {
		name, pkg, _ := strings.Cut(strings.TrimSpace(line), " ")
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s %s\n", rel, pkg)
	}
	return lines.String()
}

// generated makes a module of a few directories.
func generated(t *testing.T, r *rand.Rand, dir string) {
	t.Helper()
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	names := []string{"a", "b", "vendor", "testdata", "_hidden", ".dot", "x"}
	mod := "module example.com/m\n\ngo 1.25\n\n"
	for range r.IntN(3) {
		mod += "ignore " + pick("", "./") + pick(names...) + pick("", "/"+pick(names...)) + "\n"
	}
	write(t, filepath.Join(dir, "go.mod"), mod)
	write(t, filepath.Join(dir, "root.go"), "package m\n")
	for range 12 {
		sub := filepath.Join(dir, pick(names...), pick("", pick(names...)), pick("", pick(names...)))
		text := pick("", "//go:build linux\n\n", "//go:build windows\n\n", "//go:build amd64 && !cgo && go1.26\n\n", "// +build ignore\n\n") + "package " + pick("main", "p") + "\n"
		write(t, filepath.Join(sub, pick("f.go", "f_linux.go", "f_windows.go", "f_amd64.go", "f_test.go", "_f.go")), text)
		if r.IntN(10) == 0 {
			write(t, filepath.Join(sub, "go.mod"), "module example.com/other\n")
		}
	}
	if err := os.Symlink(pick(names...), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
}
