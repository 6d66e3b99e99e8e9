package result

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gohull/gohull/internal/golden"
)

// TestTables writes the tables of a run with all that one can have: two
// inputs, cases and peers without times, and a time measured only once.
// `go test ./internal/bench/result -update` rewrites the files.
func TestTables(t *testing.T) {
	run, err := Read("testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "testdata/run.txt", run.About()+"\n"+Text(run.Tables()))
	golden.File(t, "testdata/run.md", run.About()+"\n"+Markdown(run.Tables()))
}

// TestSummary has one project instead of two, and not all of the cases.
func TestSummary(t *testing.T) {
	run, err := Read("testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	run.Inputs[0].Name = "gohull"
	golden.File(t, "testdata/summary.md", run.Summary())
}

// TestWrite reads a run, and writes the file that it was read from.
func TestWrite(t *testing.T) {
	run, err := Read("testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "run.json")
	if err := run.Write(name); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "testdata/run.json", string(got))
}

// TestOver measures one input anew and keeps the other.
func TestOver(t *testing.T) {
	a, b, again := &Input{Name: "a"}, &Input{Name: "b"}, &Input{Name: "b", Packages: 1}
	got := Run{Date: "now", Inputs: []*Input{again}}.Over(Run{Date: "then", Inputs: []*Input{b, a}})
	if got.Date != "now" || len(got.Inputs) != 2 || got.Inputs[0] != a || got.Inputs[1] != again {
		t.Errorf("the run of %s has %+v", got.Date, got.Inputs)
	}
}
