package frontend

import (
	"testing"

	"github.com/moby/buildkit/frontend/dockerui"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/question"
)

// TestDecidesOnce counts decisions. For each question and target, what follows
// from the spec, the project and the request is decided once.
func TestDecidesOnce(t *testing.T) {
	files := mapFS(hello)
	files["Dockerfile"].Data = []byte("checks: [vet]\ngenerate: [./...]\nimages: {a: {main: .}, b: {main: ., base: alpine}}\n")
	asked := []string{""}
	want := map[string]int{"describe": 0, "schema": 0, "targets": 0}
	for _, q := range question.All() {
		asked = append(asked, q.Name)
	}
	for _, target := range []string{"all", "a", "vet", "lock"} {
		for _, name := range asked {
			g := &fakeGateway{files: files, opts: map[string]string{"target": target}}
			if name != "" {
				g.opts[question.Key] = question.Prefix + name
			}
			n := decisions(t, g)
			if once, ok := want[name]; ok && n != once || !ok && n != 1 {
				t.Errorf("--target %s --call=%s decides %d times", target, name, n)
			}
		}
	}
}

func decisions(t *testing.T, g *fakeGateway) int {
	t.Helper()
	ui, err := dockerui.NewClient(g)
	if err != nil {
		t.Fatal(err)
	}
	b, n := unreleased.newBuild(ui, g), 0
	b.decide = func(in planner.Input) (planner.Decisions, error) {
		n++
		return planner.Decide(in)
	}
	if _, err := b.result(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}
