package result

import (
	"os"
	"path/filepath"
	"reflect"
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

// TestOver measures one case of an input anew with one peer, and a case that it had not.
// The other cases, peers and inputs stay.
func TestOver(t *testing.T) {
	var (
		a      = &Input{Name: "a"}
		kept   = &Case{Name: "readme"}
		old    = &Case{Name: "main"}
		anew   = &Case{Name: "main"}
		more   = &Case{Name: "tests"}
		ours   = Peer{Name: "gohull"}
		theirs = Peer{Name: "ko"}
	)
	b := &Input{Name: "b", Packages: 1, Places: map[string]string{"leaf": "x.go", "main": "main.go"}, Cases: []*Case{old, kept}}
	again := &Input{Name: "b", Packages: 2, Places: map[string]string{"main": "cmd/main.go"}, Cases: []*Case{anew, more}}
	got := Run{Date: "now", Peers: []Peer{ours}, Inputs: []*Input{again}}.Over(Run{Date: "then", Peers: []Peer{ours, theirs}, Inputs: []*Input{b, a}})
	want := Run{Date: "now", Peers: []Peer{ours, theirs}, Inputs: []*Input{a, {
		Name: "b", Packages: 2, Places: map[string]string{"leaf": "x.go", "main": "cmd/main.go"}, Cases: []*Case{anew, kept, more},
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := got.Inputs[1].Cases; got[0] != anew || b.Cases[0] != old || len(again.Cases) != 2 {
		t.Error("the case that was measured anew is the earlier one, or a run was changed")
	}
	if got := again.over(&Input{Name: "b"}); !reflect.DeepEqual(got, again) {
		t.Errorf("over an input with nothing: %+v, want %+v", got, again)
	}
}
