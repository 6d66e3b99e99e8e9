package closure_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/closure"
	"github.com/gohull/gohull/llb/step/source/scan"
)

// BenchmarkGrowth scans and picks projects with more and more packages, and with more
// and more files that are no part of the program.
func BenchmarkGrowth(b *testing.B) {
	for _, c := range []struct{ packages, files int }{{1000, 0}, {5000, 0}, {10, 10_000}, {10, 100_000}} {
		root, err := os.OpenRoot(project(b, c.packages, c.files))
		if err != nil {
			b.Fatal(err)
		}
		run := func(verb string, do func(fs.FS) error) {
			b.Run(fmt.Sprintf("%s/packages=%d/files=%d", verb, c.packages, c.files), func(b *testing.B) {
				for b.Loop() {
					if err := do(root.FS()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		platforms := []string{"linux/amd64"}
		run("scan", func(fsys fs.FS) error {
			_, err := scan.Scan(fsys, step.Scan{Platforms: platforms, Go: "1.26.8"})
			return err
		})
		run("source", func(fsys fs.FS) error {
			_, err := closure.Find(fsys, step.Closure{Platforms: platforms, Go: "1.26.8", Mains: []string{"."}}, closure.Asked{})
			return err
		})
	}
}

// project writes a program of packages, each of which imports the one before it.
func project(b *testing.B, packages, files int) string {
	b.Helper()
	dir := b.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	write("go.mod", "module example.com/a\n\ngo 1.26.8\n")
	var imports strings.Builder
	for i := range packages {
		text := fmt.Sprintf("package p%d\n", i)
		if i > 0 {
			text += fmt.Sprintf("\nimport _ \"example.com/a/internal/p%d\"\n", i-1)
		}
		write(fmt.Sprintf("internal/p%d/p.go", i), text)
		fmt.Fprintf(&imports, "import _ \"example.com/a/internal/p%d\"\n", i)
	}
	write("main.go", "package main\n\n"+imports.String()+"\nfunc main() {}\n")
	for i := range files {
		write(fmt.Sprintf("docs/d%d/f%d.md", i/100, i), "x\n")
	}
	return dir
}
