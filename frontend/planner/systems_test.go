package planner

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/spec"
)

// TestSystems compares the platforms that can be asked for with those of the go
// command.
func TestSystems(t *testing.T) {
	out, err := exec.Command("go", "tool", "dist", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, p := range strings.Fields(string(out)) {
		if os, _, _ := strings.Cut(p, "/"); os != "android" && os != "ios" && os != "js" {
			want = append(want, p)
		}
	}
	got := otherPlatforms()
	for _, arch := range spec.Architectures {
		got = append(got, linux+"/"+arch)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
