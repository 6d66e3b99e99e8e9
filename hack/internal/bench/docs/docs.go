// Package docs keeps the page and the chart of the benchmark in step with what
// was measured.
package docs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/hack/internal/bench/chart"
	"github.com/gohull/gohull/hack/internal/bench/peer"
	"github.com/gohull/gohull/hack/internal/bench/result"
	"github.com/gohull/gohull/hack/internal/page"
)

// Names in the directory of the documentation.
const (
	Results = "benchmarks.json"
	article = "benchmarks.md"
	picture = "benchmarks.svg"
)

// File is a file as it should be.
type File struct{ Name, Text string }

// Files are the page and the chart, in a directory that may hold results.
func Files(dir string) ([]File, error) {
	run, err := result.Read(filepath.Join(dir, Results))
	if errors.Is(err, fs.ErrNotExist) {
		return pages(dir, "Nothing is measured yet.\n")
	}
	if err != nil {
		return nil, err
	}
	files, err := pages(dir, "![Build time of gohull, a Dockerfile, ko and go build; shorter is better]("+picture+")\n\n"+run.About()+"\n"+result.Markdown(run.Tables()))
	return append(files, File{filepath.Join(dir, picture), chart.SVG(run)}), err
}

func pages(dir, results string) ([]File, error) {
	name := filepath.Join(dir, article)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	text, err := page.Fill(string(data), "results", results)
	if err == nil {
		text, err = page.Fill(text, "recipes", recipes())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return []File{{name, text}}, nil
}

// recipes are what the builders were given, with the names that others would
// have for the images.
func recipes() string {
	l := peer.Lab{Registry: "registry.example", Syntax: "registry.example/gohull:1", GoVersion: "1.26.8"}
	var b strings.Builder
	for _, r := range l.Recipes("./cmd/server", []string{"./cmd/api", "./cmd/worker"}) {
		fmt.Fprintf(&b, "%s:\n\n```\n%s```\n\n", r.Title, r.Text)
	}
	return b.String()
}

// Write writes the page and the chart.
func Write(dir string) error {
	files, err := Files(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(f.Name, []byte(f.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
