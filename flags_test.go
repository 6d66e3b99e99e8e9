package gohull

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// row is a line of the table in docs/flags.md: its last cell names a test.
var row = regexp.MustCompile("(?m)^\\| .* \\| `(Test[^`]*)` \\|$")

// TestFlagsHaveTests looks for the test that each row of docs/flags.md names;
// what follows a slash is a case of TestErrors.
func TestFlagsHaveTests(t *testing.T) {
	page, err := os.ReadFile("docs/flags.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := endToEnd(t)
	rows := row.FindAllStringSubmatch(string(page), -1)
	// All lines of the table but its head have to be rows.
	if lines := strings.Count(string(page), "\n|") - 2; len(rows) != lines || lines <= 0 {
		t.Errorf("%d lines in the table, of which %d end with a test", lines, len(rows))
	}
	for _, r := range rows {
		if !tests[r[1]] {
			t.Errorf("there is no %s in hack/e2e", r[1])
		}
	}
}

var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)

// endToEnd are the names of the tests in hack/e2e.
func endToEnd(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, file := range glob(t, "hack/e2e/*_test.go") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range testFunc.FindAllStringSubmatch(string(data), -1) {
			names[f[1]] = true
		}
	}
	for _, file := range glob(t, "hack/e2e/testdata/errors/*.txtar") {
		names["TestErrors/"+strings.TrimSuffix(filepath.Base(file), ".txtar")] = true
	}
	return names
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files are %s: %v", pattern, err)
	}
	return files
}
