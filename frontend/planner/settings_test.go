package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// TestSettingsHaveAllKeys compares the settings, which --call=spec shows, with
// the keys of the reference.
func TestSettingsHaveAllKeys(t *testing.T) {
	// Keys of which a setting is about the whole, or about parts.
	isOther := func(key string) bool {
		return key == "images" || strings.ContainsAny(key, "[*") || strings.HasPrefix(key, "run.healthcheck.") || strings.HasSuffix(key, ".stage")
	}
	var want []string
	for _, e := range spec.Reference() {
		if !isOther(e.Key) {
			want = append(want, e.Key)
		}
	}
	slices.Sort(want)
	p, err := project.ParseContext(project.Files{project.ModFile: []byte("module example.com/hello\n\ngo 1.26.8\n")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	here := plan.Platform{OS: "linux", Architecture: "amd64"}
	decided, err := planner.Decide(planner.Input{Spec: &spec.Spec{}, Context: p, Request: planner.Request{Platforms: []plan.Platform{here}, BuildPlatform: here}})
	if err != nil {
		t.Fatal(err)
	}
	d := decided.Images[0]
	found := planner.Found{Facts: step.Facts{Packages: []step.Package{{Dir: ".", Module: ".", Name: "main"}}}}
	planned, err := d.Plan(found)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range d.Settings(planned) {
		got = append(got, s.Key)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the settings are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
