package e2e

import (
	"maps"
	"path"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// maxSize is how large the image with both programs may be, compressed; see
// docs/decisions/0012-two-programs.md.
const maxSize = 13_100_000

// TestSelf builds this repository with gohull, and builds a project with the
// frontend that it made. It is the first test that compiles: the tests after
// it find the standard library compiled. One architecture is enough here;
// TestPlatforms compiles for others.
func TestSelf(t *testing.T) {
	b := gohull(t, "../..", "--file=../../gohull.yaml", "--provenance=false")
	b.Push = ref(t)
	succeed(t, b)
	layers, size, err := image.Size(pull(t, b.Push))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes in %d layers", size, layers)
	if size >= maxSize {
		t.Errorf("%d bytes compressed, want less than %d", size, maxSize)
	}
	isFrontend(t, b.Push)
}

// TestStockDockerfile builds the repository without gohull, as the first
// release has to be. Its cache mounts are those of gohull, which TestSelf has
// filled.
func TestStockDockerfile(t *testing.T) {
	b := buildx.Build{Dir: "../..", Push: ref(t), Args: []string{"--provenance=false", "--build-arg=BUILDKIT_CACHE_MOUNT_NS=gohull"}}
	b.Args = append(b.Args, gohull(t, "").Args...) // the machine's own CA
	succeed(t, b)
	isFrontend(t, b.Push)
}

// isFrontend compares an image with the one that the lab pushes, and builds
// a project with it.
func isFrontend(t *testing.T, ref string) {
	t.Helper()
	want := frontendLabels(t, env(t, "GOHULL_SYNTAX"))
	if got := frontendLabels(t, ref); len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
	exit, got := nonsense(t, pull(t, ref))
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

// nonsense runs the program of the steps, which is next to the frontend.
func nonsense(t *testing.T, im v1.Image) (int, string) {
	t.Helper()
	c := config(t, im)
	c.Entrypoint = []string{path.Join(path.Dir(c.Entrypoint[0]), "gohull-step"), "nonsense"}
	im, err := mutate.Config(im, c)
	if err != nil {
		t.Fatal(err)
	}
	return output(t, im)
}

// frontendLabels are those that BuildKit reads.
func frontendLabels(t testing.TB, ref string) map[string]string {
	t.Helper()
	labels := config(t, pull(t, ref)).Labels
	maps.DeleteFunc(labels, func(name, _ string) bool { return !strings.HasPrefix(name, "moby.buildkit.frontend.") })
	return labels
}
