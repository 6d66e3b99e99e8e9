package buildx

import (
	"slices"
	"testing"
	"time"
)

// TestShare reads the progress of a build in which a step of another build is
// instead of its own.
func TestShare(t *testing.T) {
	const progress = `{"vertexes":[{"digest":"sha256:1","name":"check vet"}]}
{"vertexes":[{"digest":"sha256:2","name":"check vet","started":"2026-01-01T11:59:59Z"}]}
{"vertexes":[{"digest":"sha256:3","name":"compile app","started":"2026-01-01T12:00:01Z"}]}
`
	var r Result
	if err := r.readProgress([]byte(progress)); err != nil {
		t.Fatal(err)
	}
	r.share(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	if ran := r.Steps(); !slices.Equal(ran, []string{"compile app"}) {
		t.Errorf("ran %q, want the compile alone", ran)
	}
	if v, ok := r.Vertex("check vet"); !ok || !v.Cached {
		t.Errorf("vet is %+v, want it CACHED", v)
	}
}

// TestWording reads an error as the other of two calls returns it.
func TestWording(t *testing.T) {
	var r Result
	if err := r.readProgress([]byte("ERROR: failed to build: failed to run Build function: compile app failed\n")); err != nil {
		t.Fatal(err)
	}
	if want := "ERROR: failed to build: failed to solve: compile app failed\n"; r.Text != want {
		t.Errorf("read %q, want %q", r.Text, want)
	}
}
