package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
)

// The lab itself has to do what the other tests take for granted.

func TestStandins(t *testing.T) {
	tests := []struct{ name, platforms, user, workdir string }{
		{"library/golang:1.26-alpine", "linux/amd64 linux/arm64/v8", "", "/go"},
		{"library/alpine:3.22", "linux/amd64 linux/arm64/v8 linux/arm/v6 linux/arm/v7", "", "/"},
		{"distroless/static-debian12:nonroot", "linux/amd64 linux/arm64/v8", "65532", "/home/nonroot"},
		{"library/amd64only:1", "linux/amd64", "", "/"},
	}
	for _, test := range tests {
		ref := env(t, "REGISTRY") + "/" + test.name
		index, err := image.Index(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		var platforms []string
		for _, d := range index.Manifests {
			platforms = append(platforms, d.Platform.String())
		}
		if got := strings.Join(platforms, " "); got != test.platforms {
			t.Errorf("%s: platforms %q, want %q", test.name, got, test.platforms)
		}
		if c := config(t, pull(t, ref)); c.User != test.user || c.WorkingDir != test.workdir {
			t.Errorf("%s: user %q in %q, want %q in %q", test.name, c.User, c.WorkingDir, test.user, test.workdir)
		}
	}
}

func TestFrontendImage(t *testing.T) {
	labels := config(t, pull(t, env(t, "GOHULL_SYNTAX"))).Labels
	caps := strings.Split(labels["moby.buildkit.frontend.caps"], ",")
	if want := "moby.buildkit.frontend.subrequests"; !slices.Contains(caps, want) {
		t.Errorf("capabilities %q, want %s among them", caps, want)
	}
	if got := labels["moby.buildkit.frontend.network.none"]; got != "true" {
		t.Errorf("network.none is %q, want \"true\"", got)
	}
}

// greeter prints a greeting from a step; it differs by test, so that no
// other test's cache has it.
func greeter(t *testing.T, base string) string {
	return write(t, map[string]string{
		"Dockerfile": fmt.Sprintf("FROM %s\nRUN echo hello from %s >/greeting\nUSER nobody\nCMD [\"cat\", \"/greeting\"]\n", base, t.Name()),
	})
}

func TestBuildAndRun(t *testing.T) {
	b := buildx.Build{Dir: greeter(t, "alpine:3.22"), Push: ref(t), Args: []string{"--provenance=false"}}
	first := succeed(t, b)
	again := succeed(t, b)
	if v, _ := again.Vertex("RUN echo"); v.Ran() {
		t.Errorf("the second build ran %q again, want it CACHED", v.Name)
	}
	if first.Digest == "" || first.Digest != again.Digest {
		t.Errorf("digests %q and %q, want the same", first.Digest, again.Digest)
	}
	im := pull(t, ref(t))
	if got, want := string(files(t, im)["greeting"].Data), "hello from TestBuildAndRun\n"; got != want {
		t.Errorf("/greeting is %q, want %q", got, want)
	}
	if exit, got := output(t, im); exit != 0 || got != "hello from TestBuildAndRun\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
}

func TestFailedBuild(t *testing.T) {
	dir := write(t, map[string]string{"Dockerfile": "FROM alpine:3.22\nRUN echo oh no; exit 3\n"})
	r := run(t, buildx.Build{Dir: dir})
	v, _ := r.Vertex("RUN echo")
	if r.Exit != 1 || v.Log != "oh no\n" || v.Error == "" {
		t.Errorf("exit code %d, vertex %+v, want 1 and a vertex that failed after it printed \"oh no\"", r.Exit, v)
	}
	if !strings.Contains(r.Text, "Dockerfile:2") {
		t.Errorf("no position in what was printed:\n%s", r.Text)
	}
}

func TestNodes(t *testing.T) {
	for _, version := range []string{"", oldest} {
		name := "e2e" + strings.NewReplacer("v", "-", ".", "-").Replace(version)
		b := buildx.Build{Dir: greeter(t, "alpine:3.22"), Builder: node(t, name, version)}
		if v, ok := succeed(t, b).Vertex("RUN echo"); !ok || !v.Ran() {
			t.Errorf("node %s: the step was %+v, want it to run on an empty node", name, v)
		}
	}
}

func TestMirrors(t *testing.T) {
	dir := write(t, map[string]string{
		"Dockerfile": "FROM gcr.io/distroless/static-debian12:nonroot\nCOPY Dockerfile /copied\n",
	})
	succeed(t, buildx.Build{Dir: dir, Push: ref(t)})
	all := files(t, pull(t, ref(t)))
	for _, name := range []string{"copied", "etc/passwd", "usr/share/zoneinfo/Europe/Zurich"} {
		if _, ok := all[name]; !ok {
			t.Errorf("the image has no /%s", name)
		}
	}
}

func TestEngine(t *testing.T) {
	docker(t, "build", "--quiet", "--tag=e2e-engine", greeter(t, "alpine:3.22"))
	if got, want := docker(t, "run", "--rm", "e2e-engine"), "hello from TestEngine\n"; got != want {
		t.Errorf("docker run printed %q, want %q", got, want)
	}
}
