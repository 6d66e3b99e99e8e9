package compat

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/google/go-cmp/cmp"
)

// some are features with all that one can have.
var some = []Feature{
	{Title: "always", Tests: []string{"TestA"}, Client: true},
	{Title: "several tests", Tests: []string{"TestA", "TestB"}, Limits: []Limit{
		{BuildKit: "0.17", Text: "it is not there."},
	}},
	{Title: "partly", Tests: []string{"TestC"}, Client: true, Limits: []Limit{
		{BuildKit: "0.17", Tests: []string{"TestC/one"}, Partly: true, Text: "one is not shown."},
		{Buildx: "0.20", Text: "buildx has no such flag."},
	}},
}

func outcomes(results ...Result) map[string]Outcome {
	all := map[string]Outcome{}
	for i, name := range []string{"TestA", "TestB", "TestC", "TestC/one", "TestC/two"} {
		if i < len(results) && results[i] != "" {
			all[name] = Outcome{Result: results[i]}
			if results[i] == Fail || results[i] == Skip {
				all[name] = Outcome{Result: results[i], Message: "it says why"}
			}
		}
	}
	return all
}

// mixed is a run in which everything happens.
func mixed() Run {
	var r Run
	for _, c := range []Column{
		{Setup: Setup{Client, "v0.14.1"}, BuildKit: "0.33.1", Buildx: "0.14.1", Tests: outcomes(Pass, "", Fail)},
		{Setup: Setup{Docker, ""}, BuildKit: "0.33.1", Buildx: "0.37.1", Engine: "29.1", Tests: outcomes(Skip, Pass, Pass)},
		{Setup: Setup{Daemon, ""}, BuildKit: "0.33.1", Buildx: "0.37.1", Tests: outcomes(Pass, Fail, Fail, Fail)},
		{Setup: Setup{Daemon, "v0.9.0"}, BuildKit: "0.9.0", Buildx: "0.37.1", Tests: outcomes(Pass, Fail, Fail, Fail)},
		{Setup: Setup{Daemon, "v0.12.5"}, BuildKit: "0.12.5", Buildx: "0.37.1", Tests: outcomes(Pass, Pass, Fail, Fail, Fail)},
		{Setup: Setup{Daemon, "v0.20.2"}, BuildKit: "0.20.2", Buildx: "0.37.1", Tests: outcomes(Pass, Crashed, Missing), Failure: "panic: oh no"},
	} {
		c.Date = "2026-01-31T12:00:00Z"
		r = r.With(c)
	}
	return r
}

// TestTables writes the tables of tests that pass, fail, are skipped, crash, and
// do not run. -update rewrites the file.
func TestTables(t *testing.T) {
	r := mixed()
	text := r.about() + "\n" + r.Markdown(some)
	text += "Not explained:\n\n- " + strings.Join(r.Unexplained(some), "\n- ") + "\n"
	golden.File(t, "testdata/tables.md", text)
}

// TestWith replaces a column by the one of the same setup.
func TestWith(t *testing.T) {
	r := mixed()
	again := Column{Setup: Setup{Daemon, "v0.12.5"}, BuildKit: "0.12.5", Date: "later"}
	got := r.With(again)
	if len(got.Columns) != len(r.Columns) || got.Columns[1].Date != "later" {
		t.Errorf("the columns are %+v", got.Columns)
	}
}

// TestWrite reads what it wrote.
func TestWrite(t *testing.T) {
	name := filepath.Join(t.TempDir(), "run.json")
	if err := mixed().Write(name); err != nil {
		t.Fatal(err)
	}
	got, err := Read(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(mixed(), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestPage compares the page with the results that are committed, and finds every
// failure explained. `./hack/compat -docs` rewrites the page, as -update does.
func TestPage(t *testing.T) {
	const docs = "../../../docs"
	text, err := Text(docs)
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, filepath.Join(docs, Page), text)
	run, err := Read(filepath.Join(docs, Results))
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range run.Unexplained(Features()) {
		t.Error(cell)
	}
}

var testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// TestFeatures finds each test of the features in hack/e2e, and each pinned
// program.
func TestFeatures(t *testing.T) {
	var have []string
	files, err := filepath.Glob("../../e2e/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunc.FindAllStringSubmatch(string(data), -1) {
			have = append(have, m[1])
		}
	}
	for _, name := range Tests(Setup{Kind: Daemon}) {
		if !slices.Contains(have, name) {
			t.Errorf("hack/e2e has no %s", name)
		}
	}
	for _, s := range Setups() {
		if _, err := os.Stat(filepath.Join("../../programs", s.Name())); s.Version != "" && err != nil {
			t.Error(err)
		}
	}
}
