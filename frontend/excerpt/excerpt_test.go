package excerpt

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
)

// TestGroups has places of two files out of order, one of them without a line.
func TestGroups(t *testing.T) {
	groups := Groups([]diag.Range{
		diag.At("go.mod", 30, 1), diag.At("Dockerfile", 9, 1), {File: "go.mod"}, diag.At("go.mod", 20, 1), diag.At("go.mod", 5, 1),
	})
	var got []string
	for _, g := range groups {
		got = append(got, fmt.Sprint(g))
	}
	if want := "[Dockerfile:9:1] [go.mod:5:1] [go.mod:20:1 go.mod:30:1]"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}

func TestNarrow(t *testing.T) {
	got := string(Narrow([]byte("a\x1b[31m\n" + strings.Repeat("é", width) + "\nend")))
	want := `a\x1b[31m` + "\n" + strings.Repeat("é", width/2) + "…\nend"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAttach has more places than an error shows, and a file that was not read.
func TestAttach(t *testing.T) {
	places := []diag.Range{diag.At("a.go", 1, 1)}
	for i := range most + 2 {
		places = append(places, diag.At("b.go", 100*(i+1), 1))
	}
	err := Attach(errors.New("failed"), places, func(name string) *pb.SourceInfo {
		if name != "b.go" {
			return nil
		}
		return &pb.SourceInfo{Filename: name}
	})
	if n := len(errdefs.Sources(err)); n != most-1 {
		t.Errorf("%d excerpts, want %d", n, most-1)
	}
}
