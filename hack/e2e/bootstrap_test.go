package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/image"
	"github.com/gohull/gohull/llb/step/gocmd/objects"
)

// ownPlatforms are those that the frontend's image is published for.
var ownPlatforms = []string{"linux/amd64", "linux/arm64"}

// maxSize is the compressed size of BuildKit's own Dockerfile frontend.
const maxSize = 8_300_000

// TestSelf builds this repository with gohull, and builds a project with the
// frontend that comes out. The lab has built the same program: what the go
// command compiled for it is the seed, so nothing is compiled again. It is the
// first test of those that compile, for they find the standard library then.
func TestSelf(t *testing.T) {
	b := gohull(t, "../..", "--file=../../gohull.yaml", "--platform="+strings.Join(ownPlatforms, ","), "--provenance=false",
		"--build-context=gocache="+ownObjects(t))
	b.Push = ref(t)
	r := succeed(t, b)
	for _, p := range ownPlatforms {
		if v, ok := r.Vertex("compile ./cmd/gohull-frontend for " + p); !ok || strings.Contains("\n"+v.Log, "\ncompiled ") {
			t.Errorf("%s: the seed has not all that this machine compiled: %+v", p, v)
		}
	}
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

// ownObjects are the packages of the frontend as the go command has compiled
// them on this machine, a pack for each platform.
func ownObjects(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	gocache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	p := objects.Pack{Cache: strings.TrimSpace(string(gocache))}
	t.Cleanup(func() { // marks of what was packed, which are of no use there
		marks, _ := filepath.Glob(filepath.Join(p.Cache, "gohull-*"))
		for _, mark := range marks {
			os.Remove(mark)
		}
	})
	dir := t.TempDir()
	for _, platform := range ownPlatforms {
		os_, arch, _ := strings.Cut(platform, "/")
		p.Actions = filepath.Join(dir, arch)
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-export", "-trimpath", "-tags=grpcnotrace", "-buildvcs=false", "./cmd/gohull-frontend")
		cmd.Dir = "../.."
		cmd.Env = append(os.Environ(), "GOOS="+os_, "GOARCH="+arch, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off",
			"GOCACHEPROG="+strings.Join([]string{self, record, p.Cache, p.Actions}, " "))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
		folder := filepath.Join(dir, "gocache", os_+"_"+arch)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(folder); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "gocache")
}

// TestStockDockerfile builds the repository without gohull, as the first
// release has to be. Its cache mounts are those of gohull, which TestSelf has
// filled.
func TestStockDockerfile(t *testing.T) {
	b := buildx.Build{Dir: "../..", Push: ref(t), Args: []string{"--platform=" + strings.Join(ownPlatforms, ","), "--provenance=false", "--build-arg=BUILDKIT_CACHE_MOUNT_NS=gohull"}}
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
