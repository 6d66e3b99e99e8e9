package e2e

import (
	"maps"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
)

// ownPlatforms are those that the frontend's image is published for.
var ownPlatforms = []string{"linux/amd64", "linux/arm64"}

// maxSize is the compressed size of BuildKit's own Dockerfile frontend.
const maxSize = 8_300_000

// TestSelf builds this repository with gohull, and builds a project with the
// frontend that comes out.
func TestSelf(t *testing.T) {
	b := gohull(t, "../..", "--file=../../gohull.yaml", "--platform="+strings.Join(ownPlatforms, ","), "--provenance=false")
	b.Push = ref(t)
	succeed(t, b)
	for _, p := range ownPlatforms {
		layers, size, err := image.Size(pullFor(t, b.Push, p))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes in %d layers", p, size, layers)
		if size >= maxSize {
			t.Errorf("%s: %d bytes compressed, want less than %d", p, size, maxSize)
		}
	}
	isFrontend(t, b.Push)
}

// TestStockDockerfile builds the repository without gohull, as the first
// release has to be.
func TestStockDockerfile(t *testing.T) {
	b := buildx.Build{Dir: "../..", Push: ref(t), Args: []string{"--platform=" + strings.Join(ownPlatforms, ","), "--provenance=false"}}
	b.Args = append(b.Args, gohull(t, "").Args...) // the machine's own CA
	succeed(t, b)
	isFrontend(t, b.Push)
}

// isFrontend holds an image against the one that the lab pushes, and builds
// a project with it.
func isFrontend(t *testing.T, ref string) {
	t.Helper()
	want := frontendLabels(t, env(t, "GOHULL_SYNTAX"), "linux/amd64")
	for _, p := range ownPlatforms {
		if got := frontendLabels(t, ref, p); len(want) == 0 || !maps.Equal(got, want) {
			t.Errorf("%s: labels %q, want %q", p, got, want)
		}
	}
	exit, got := output(t, pull(t, ref), "nonsense")
	if first, _, _ := strings.Cut(got, "\n"); exit != 1 || first != `gohull: unknown verb "nonsense"` {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "# syntax=" + ref + "\n",
		"go.mod":     goMod("example.com/self"),
		"main.go":    "package main\n\nfunc main() { println(\"made by what gohull made\") }\n",
	}))
	b.Syntax, b.Push = "", ref+"-made"
	succeed(t, b)
	if exit, got := output(t, pull(t, b.Push)); exit != 0 || got != "made by what gohull made\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
}

// frontendLabels are those that BuildKit reads.
func frontendLabels(t testing.TB, ref, platform string) map[string]string {
	t.Helper()
	labels := config(t, pullFor(t, ref, platform)).Labels
	maps.DeleteFunc(labels, func(name, _ string) bool { return !strings.HasPrefix(name, "moby.buildkit.frontend.") })
	return labels
}
