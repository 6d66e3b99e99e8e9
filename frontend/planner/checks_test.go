package planner

import (
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
}
