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
	readme  = "../README.md"
)

// File is a file as it should be.
type File struct{ Name, Text string }

// Files are the page, the README and the chart, in a directory that may hold results.
func Files(dir string) ([]File, error) {
	run, err := result.Read(filepath.Join(dir, Results))
	if errors.Is(err, fs.ErrNotExist) {
		const nothing = "Nothing is measured yet.\n"
		return pages(dir, nothing, nothing)
	}
	if err != nil {
		return nil, err
	}
	results := "![Build time of gohull, a Dockerfile, ko and go build; shorter is better](" + picture + ")\n\n" + run.About() + "\n" + result.Markdown(run.Tables())
	files, err := pages(dir, results, run.Summary())
	return append(files, File{filepath.Join(dir, picture), chart.SVG(run)}), err
}

// pages are the page and the README.
func pages(dir, results, summary string) ([]File, error) {
	about, err := filled(filepath.Join(dir, article), map[string]string{"results": results, "recipes": recipes()})
	if err != nil {
		return nil, err
	}
	first, err := filled(filepath.Join(dir, readme), map[string]string{"benchmarks": summary})
	return []File{about, first}, err
}

// filled is a file with other generated parts.
func filled(name string, parts map[string]string) (File, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return File{}, err
	}
	text := string(data)
	for part, with := range parts {
		if text, err = page.Fill(text, part, with); err != nil {
			return File{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	return File{name, text}, nil
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

// Write writes the files.
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
