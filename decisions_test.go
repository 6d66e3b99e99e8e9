package gohull

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// sections are the headings of a page in docs/decisions, in their order.
var sections = []string{"## Context", "## Decision", "## Measured", "## Consequences"}

// TestDecisions checks that each page of docs/decisions has all sections and a number
// of its own, and is in the index.
func TestDecisions(t *testing.T) {
	index := read(t, "docs/decisions/README.md")
	numbers := map[string]string{}
	for _, page := range pages(t) {
		if path.Dir(page) != "docs/decisions" || path.Base(page) == "README.md" {
			continue
		}
		text := read(t, page)
		if got := regexp.MustCompile(`(?m)^## .*$`).FindAllString(text, -1); strings.Join(got, " ") != strings.Join(sections, " ") {
			t.Errorf("%s has the sections %q, want %q", page, got, sections)
		}
		number, _, _ := strings.Cut(path.Base(page), "-")
		if other, taken := numbers[number]; taken {
			t.Errorf("%s and %s have the same number", other, page)
		}
		numbers[number] = page
		title, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		if entry := "- [" + title + "](" + path.Base(page) + ")\n"; !strings.Contains(index, entry) {
			t.Errorf("docs/decisions/README.md has no line %q", entry)
		}
	}
}

// testNames returns the names of all tests of the repository.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file, "_test.go") {
			for _, f := range testFunc.FindAllStringSubmatch(read(t, file), -1) {
				names[f[1]] = true
			}
		}
	}
	return names
}

// goFiles returns the Go files of the repository, without those of testdata.
func goFiles(t *testing.T) []string { return files(t, ".go") }

// files returns the files of the repository with an extension. It leaves out
// testdata, vendor directories and directories with a dot.
func files(t *testing.T, ext string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "vendor"):
			return fs.SkipDir
		case !d.IsDir() && path.Ext(name) == ext:
			names = append(names, name)
		}
		return nil
	})
	if err != nil || len(names) < 30 {
		t.Fatalf("found %d files with %s: %v", len(names), ext, err)
	}
	return names
}
