package frontend

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// TestEveryTarget asks every question about every target of every example, and
// builds it. All of them have an answer.
func TestEveryTarget(t *testing.T) {
	for _, dir := range exampleDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			files := contextOf(archive(t, dir))
			s, err := spec.Parse("Dockerfile", []byte(files["Dockerfile"]))
			if err != nil {
				t.Fatal(err)
			}
			for _, target := range planner.TargetsOf(s) {
				if target.Name == "lint" && len(s.Lint.Tools) == 0 {
					continue // it is an error: nothing says what to run
				}
				if target.Name == "packages" && len(s.Run.Packages) == 0 {
					continue // it is an error: there are no archives
				}
				everyQuestion(t, files, target.Name)
			}
		})
	}
}

func everyQuestion(t *testing.T, files map[string]string, target string) {
	t.Helper()
	asked := []string{""} // which builds
	for _, q := range question.All() {
		asked = append(asked, q.Name)
	}
	for _, name := range asked {
		g := &fakeGateway{files: mapFS(files), opts: map[string]string{"target": target}}
		if name != "" {
			g.opts[question.Key] = question.Prefix + name
		}
		res, err := unreleased.Build(t.Context(), g)
		if err != nil {
			t.Errorf("--target %s --call=%s: %v", target, name, err)
		} else if code := string(res.Metadata["result.statuscode"]); code != "" && code != "0" {
			t.Errorf("--target %s --call=%s ends with %s: %s", target, name, code, res.Metadata[question.Text])
		}
	}
}

// TestManyImages counts allocations for a question about many images: four
// times as many images need about four times as many.
func TestManyImages(t *testing.T) {
	for _, name := range []string{"check", "outline", "tags", "targets", "bake"} {
		few, many := allocations(t, name, 50), allocations(t, name, 200)
		if many > 6*few {
			t.Errorf("--call=%s allocates %.0f times for 50 images, %.0f times for 200", name, few, many)
		}
	}
}

func allocations(t *testing.T, name string, images int) float64 {
	var text strings.Builder
	text.WriteString("run: {labels: {team: a}}\nimages:\n")
	files := map[string]string{"go.mod": hello["go.mod"]}
	for i := range images {
		fmt.Fprintf(&text, "  s%d: {main: ./cmd/s%d, base: alpine}\n", i, i)
		files[fmt.Sprintf("cmd/s%d/main.go", i)] = "package main\n"
	}
	files["Dockerfile"] = text.String()
	return testing.AllocsPerRun(1, func() {
		g := &fakeGateway{files: mapFS(files), opts: map[string]string{question.Key: question.Prefix + name}}
		if _, err := unreleased.Build(t.Context(), g); err != nil {
			t.Fatal(err)
		}
	})
}

// TestGitContextLabels: the labels of an image name the context that the daemon
// clones, without its password.
func TestGitContextLabels(t *testing.T) {
	g := &fakeGateway{files: mapFS(hello), opts: map[string]string{
		"context":    "https://user:secret@git.example/acme/hello.git#v1",
		question.Key: question.Prefix + "plan",
	}}
	res, err := unreleased.Build(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	var p plan.Plan
	if err := json.Unmarshal(res.Metadata[question.JSON], &p); err != nil {
		t.Fatal(err)
	}
	labels := p.Images[0].Config.Labels
	if labels["org.opencontainers.image.revision"] != strings.Repeat("c", 40) || labels["org.opencontainers.image.source"] != "https://git.example/acme/hello" {
		t.Errorf("the labels are %q", labels)
	}
}
