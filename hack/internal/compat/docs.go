package compat

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/hack/internal/page"
)

// Names in the directory of the documentation.
const (
	Results = "compatibility.json"
	Page    = "compatibility.md"
)

// Text returns the page as the results in the directory of the documentation
// have it.
func Text(dir string) (string, error) {
	run, err := Read(filepath.Join(dir, Results))
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(filepath.Join(dir, Page))
	if err != nil {
		return "", err
	}
	text := string(data)
	for name, part := range map[string]string{
		"results": run.about() + "\n" + run.Markdown(Features()),
		"tests":   tests(Features()),
	} {
		if text, err = page.Fill(text, name, part); err != nil {
			return "", fmt.Errorf("%s: %w", Page, err)
		}
	}
	return text, nil
}

// WritePage writes the page.
func WritePage(dir string) error {
	text, err := Text(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, Page), []byte(text), 0o644)
}

// about says what the rest of each setup was.
func (r Run) about() string {
	var b strings.Builder
	for _, c := range r.Columns {
		with := "BuildKit " + c.BuildKit
		switch c.Kind {
		case Daemon:
			with = "buildx " + c.Buildx
		case Docker:
			with += ", buildx " + c.Buildx
		}
		day, _, _ := strings.Cut(c.Date, "T")
		fmt.Fprintf(&b, "- %s: with %s, on %s\n", c.full(), with, day)
	}
	return b.String()
}

// tests lists the tests of each row.
func tests(features []Feature) string {
	var b strings.Builder
	page.Row(&b, "row", "tests in `hack/e2e`")
	b.WriteString("|---|---|\n")
	for _, f := range features {
		page.Row(&b, f.Title, "`"+strings.Join(f.Tests, "`, `")+"`")
	}
	return b.String()
}
