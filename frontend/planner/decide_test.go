package planner_test

import (
	"fmt"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// TestDecide: a request has one decision for each image that its target means,
// or one about a check or the lock, and one about the generators that run
// before any of them.
func TestDecide(t *testing.T) {
	s, err := spec.Parse("Dockerfile", []byte("generate: [./...]\nimages: {a: {main: ./a}, b: {main: ./b}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := project.ParseContext(project.Files{project.ModFile: []byte("module example.com/hello\n\ngo 1.26.8\n")}, s.Mains())
	if err != nil {
		t.Fatal(err)
	}
	here := plan.Platform{OS: "linux", Architecture: "amd64"}
	for target, want := range map[string]string{
		"all":      "[a: b:] generators",
		"a":        "[a:] generators",
		"b/sbom":   "[b:sbom] generators",
		"binary":   "[a:binary b:binary] generators",
		"vet":      "[:vet] generators",
		"generate": "[:generate]",
		"lock":     "[] lock",
		"":         "Dockerfile:2:10: 2 images, and no --target names one of them: a, b; build one with --target a, or all of them with --target all",
	} {
		decided, err := planner.Decide(planner.Input{Spec: s, Context: p, Request: planner.Request{Target: target, Platforms: []plan.Platform{here}, BuildPlatform: here}})
		if got := summary(decided, err); got != want {
			t.Errorf("--target %q gives %s, want %s", target, got, want)
		}
	}
}

// summary is what was decided, as "[IMAGE:TARGET…]".
func summary(decided planner.Decisions, err error) string {
	if err != nil {
		return err.Error()
	}
	var names []string
	generators := map[*planner.Decision]bool{}
	for _, d := range decided.All() {
		names = append(names, d.Image+":"+d.Target)
		if g := d.Generators(); g != nil {
			generators[g] = true
		}
	}
	text := fmt.Sprint(names)
	if len(generators) == 1 {
		text += " generators"
	}
	if decided.Lock != nil {
		text += " lock"
	}
	return text
}
