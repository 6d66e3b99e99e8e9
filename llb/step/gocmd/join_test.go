package gocmd

import (
	"fmt"
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// TestJoin keeps the limits of one report for several failures.
func TestJoin(t *testing.T) {
	var all []step.Failure
	for i := range 3 {
		f := step.Failure{Command: "go tool lint", Total: errorLimit, Files: map[string][]byte{}}
		for j := range errorLimit {
			name := fmt.Sprintf("%d/%d.go", i, j)
			f.Errors = append(f.Errors, step.Error{File: name, Message: "wrong"})
			f.Files[name] = make([]byte, totalLimit/3)
		}
		all = append(all, f)
	}
	got := Join(all)
	if got.Total != 3*errorLimit || len(got.Errors) != errorLimit || got.Errors[1].File != "0/1.go" {
		t.Errorf("%d errors of %d, want the first %d of %d", len(got.Errors), got.Total, errorLimit, 3*errorLimit)
	}
	if len(got.Files) != 3 {
		t.Errorf("%d files, want the three that fit", len(got.Files))
	}
}
