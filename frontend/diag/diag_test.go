package diag_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/frontend/diag"
)

func TestRangeString(t *testing.T) {
	for _, test := range []struct {
		at   diag.Range
		want string
	}{
		{diag.Range{}, ""},
		{diag.At("go.mod", 0, 0), "go.mod"},
		{diag.At("go.mod", 3, 0), "go.mod:3"},
		{diag.At("go.mod", 3, 7), "go.mod:3:7"},
	} {
		if got := test.at.String(); got != test.want {
			t.Errorf("%#v: got %q, want %q", test.at, got, test.want)
		}
	}
}

func TestDiagnosticString(t *testing.T) {
	at := diag.At("gohull.yaml", 2, 1)
	for _, test := range []struct {
		d    diag.Diagnostic
		want string
	}{
		{diag.Diagnostic{Message: "no spec"}, "no spec"},
		{diag.Diagnostic{At: at, Message: "unknown key"}, "gohull.yaml:2:1: unknown key"},
		{diag.Diagnostic{At: at, Message: "unknown key", Hint: "did you mean main?"}, "gohull.yaml:2:1: unknown key; did you mean main?"},
	} {
		if got := test.d.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestEmptyListIsNoError(t *testing.T) {
	var list diag.List
	if err := list.Err(); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

func TestSortedWithoutRepeats(t *testing.T) {
	var list diag.List
	list.Errorf(diag.At("b.yaml", 1, 1), "other file")
	list.Errorf(diag.At("a.yaml", 10, 1), "line %d", 10)
	list.Errorf(diag.At("a.yaml", 9, 12), "column 12")
	list.Errorf(diag.At("a.yaml", 9, 2), "column 2, second text")
	list.Errorf(diag.At("a.yaml", 9, 2), "column 2, first text")
	list.Errorf(diag.At("a.yaml", 10, 1), "line %d", 10)
	list.Errorf(diag.Range{}, "nowhere")

	want := `6 errors:
nowhere
a.yaml:9:2: column 2, first text
a.yaml:9:2: column 2, second text
a.yaml:9:12: column 12
a.yaml:10:1: line 10
b.yaml:1:1: other file`
	if diff := cmp.Diff(want, list.Err().Error()); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if list.Len() != 7 {
		t.Errorf("Len is %d, want all 7 that were added", list.Len())
	}
}

func TestErrIsErrors(t *testing.T) {
	var list diag.List
	list.Errorf(diag.At("go.mod", 1, 1), "no module line")
	var all diag.Errors
	if !errors.As(list.Err(), &all) || len(all) != 1 {
		t.Fatalf("got %#v, want Errors with one diagnostic", list.Err())
	}
	if want := "go.mod:1:1: no module line"; all.Error() != want {
		t.Errorf("got %q, want %q", all.Error(), want)
	}
}
