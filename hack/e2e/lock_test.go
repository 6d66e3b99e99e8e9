package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const lockFile = "gohull.lock"

// lock has the lock of a directory written into the directory, as users do, and
// gives its text.
func lock(t *testing.T, dir string, args ...string) string {
	t.Helper()
	succeed(t, gohull(t, dir, append(args, "--target=lock", "--output="+dir)...))
	data, err := os.ReadFile(filepath.Join(dir, lockFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// labelled pushes an image under a name, with a label that makes it another.
func labelled(t *testing.T, im v1.Image, ref, value string) string {
	t.Helper()
	cfg := config(t, im)
	cfg.Labels = map[string]string{"release": value}
	im, err := mutate.Config(im, cfg)
	if err != nil {
		t.Fatal(err)
	}
	r, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(r, im, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	digest, err := im.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// TestLock locks a base, moves its tag, and builds from what was locked; the
// lock then is renewed.
func TestLock(t *testing.T) {
	t.Parallel()
	base := env(t, "REGISTRY") + "/e2e/lock-base:1"
	alpine := pull(t, env(t, "REGISTRY")+"/library/alpine:3.22")
	old := labelled(t, alpine, base, "old")
	dir := write(t, map[string]string{
		"Dockerfile": "base: " + base + "\n",
		"go.mod":     goMod("example.com/app"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	text := lock(t, dir)
	want := fmt.Sprintf("\ngo:\n  asked: %[1]s\n  version: %[1]s\nimages:\n  %[2]s:\n    linux/amd64: %[3]s\n  docker.io/library/golang:%[1]s-alpine:\n    linux/amd64: sha256:",
		goVersion(), base, old)
	if !strings.Contains(text, want) {
		t.Fatalf("the lock is\n%s\nwant in it\n%s", text, want)
	}

	moved := labelled(t, alpine, base, "new")
	b := gohull(t, dir, "--provenance=false")
	b.Push = ref(t)
	first := succeed(t, b)
	if got := config(t, pull(t, b.Push)).Labels["org.opencontainers.image.base.digest"]; got != old {
		t.Errorf("built from %s, want %s as locked", got, old)
	}
	b.Builder = another(t, "second")
	if second := succeed(t, b); second.Digest != first.Digest {
		t.Errorf("another builder made %s, want %s", second.Digest, first.Digest)
	}

	if text := lock(t, dir); !strings.Contains(text, moved) {
		t.Errorf("the new lock is\n%s\nwant %s in it", text, moved)
	}
}

// TestLockModule locks the module toolchain, and then gives another checksum
// for it.
func TestLockModule(t *testing.T) {
	dir := write(t, map[string]string{
		"Dockerfile": "toolchain: module\n",
		"go.mod":     goMod("example.com/app"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	text := lock(t, dir)
	_, sum, ok := strings.Cut(text, "  modules:\n    linux/amd64: h1:")
	if !ok {
		t.Fatalf("the lock has no checksum:\n%s", text)
	}
	sum = "h1:" + strings.TrimSpace(sum)
	// What is CACHED prints nothing.
	r := succeed(t, gohull(t, dir, "--output=type=cacheonly", "--build-arg=RERUN="+now()))
	v, ok := r.Vertex("fetch the go" + goVersion() + " toolchain")
	if !ok || !strings.Contains(v.Log, "verified "+sum+" against the lock") {
		t.Errorf("the toolchain's step printed %q", v.Log)
	}

	wrong := strings.Repeat("A", 43) + "="
	overwrite(t, dir, lockFile, strings.Replace(text, sum, "h1:"+wrong, 1))
	r = run(t, gohull(t, dir, "--output=type=cacheonly"))
	want := fmt.Sprintf("go%s for linux/amd64: what the proxy sent has the checksum %s, and the lock says h1:%s; do not use it, and ask who runs the proxy", goVersion(), sum, wrong)
	if r.Exit == 0 || !hasLine(r.Text, want) {
		t.Errorf("exit code %d, and this was printed, want the line %q:\n%s", r.Exit, want, r.Text)
	}
}

// TestLockIsOneFile: a lock for several platforms has them all.
func TestLockIsOneFile(t *testing.T) {
	dir := write(t, numbered)
	text := lock(t, dir, "--platform=linux/amd64,linux/arm64")
	for _, want := range []string{
		"# To renew it: docker buildx build --platform linux/amd64,linux/arm64 --target lock -o . .\n",
		"  docker.io/library/alpine:3.22:\n    linux/amd64: sha256:",
		"\n    linux/arm64: sha256:",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the lock is\n%s\nwant in it\n%s", text, want)
		}
	}
	succeed(t, gohull(t, dir, "--platform=linux/amd64,linux/arm64", "--output=type=cacheonly"))
}
