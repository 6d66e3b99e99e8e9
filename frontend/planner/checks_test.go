package planner

import (
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/spec"
)

// TestChecksAreInTheSpec: the list `checks` takes the name of each check that
// has a step of its own, and no other name.
func TestChecksAreInTheSpec(t *testing.T) {
	for _, c := range checks {
		_, err := spec.Parse("Dockerfile", []byte("checks: ["+c.name+"]"))
		if listed := err == nil; listed != (c.does != "") {
			t.Errorf("%s: in the spec %v, a step of its own %v", c.name, listed, c.does != "")
		}
	}
	for _, name := range namesInSpec(t) {
		if _, ok := findCheck(name); !ok {
			t.Errorf("the spec takes the check %s, which has no row here", name)
		}
	}
}

// namesInSpec returns the names that the list takes, from the error about
// another name.
func namesInSpec(t *testing.T) []string {
	t.Helper()
	_, err := spec.Parse("Dockerfile", []byte("checks: [another]"))
	_, list, found := strings.Cut(err.Error(), "wanted ")
	list, _, ends := strings.Cut(list, ", found")
	if !found || !ends {
		t.Fatalf("the error names no checks: %v", err)
	}
	return strings.Split(strings.ReplaceAll(list, " or ", ", "), ", ")
}
