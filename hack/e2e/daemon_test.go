package e2e

import (
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

const (
	oldest = "v0.12.5" // BuildKit that gohull supports
	newest = "gohull"  // builder of the lab, which has the newest BuildKit
)

// TestDaemonsAgree compares the digests of images of the newest daemon and of
// another one: the one that all tests run on or, if that is the newest, the
// oldest that is supported.
func TestDaemonsAgree(t *testing.T) {
	t.Parallel()
	builder := env(t, "BUILDX_BUILDER")
	isOldest := builder == newest
	if isOldest {
		builder = node(t, "oldest", oldest)
	}
	project := map[string]string{
		"Dockerfile":      "main: ./cmd/old\nrun: {files: [{from: data, to: /data}]}\n",
		"go.mod":          goMod("example.com/old"),
		"cmd/old/main.go": "package main\n\nimport \"os\"\n\nfunc main() {\n\tdata, _ := os.ReadFile(\"/data/greeting\")\n\tprint(string(data))\n}\n",
		"data/greeting":   "hello from an old daemon\n",
	}
	at := ref(t)
	b := plain(t, write(t, project), "--platform=linux/amd64,linux/arm64", "--provenance=false",
		// Daemons of that time write Docker's media types unless told not to.
		"--output=type=image,name="+at+",push=true,oci-mediatypes=true")
	b.Builder = builder
	first := succeed(t, b)
	prints(t, at, "hello from an old daemon\n")
	for _, name := range []string{"usr/local/bin/old", "data/greeting", "etc/passwd", "tmp"} {
		if _, ok := files(t, pullFor(t, at, "linux/arm64"))[name]; !ok {
			t.Errorf("the image for linux/arm64 has no /%s", name)
		}
	}
	t.Run("again", func(t *testing.T) { sameAgain(t, b, first) })
	t.Run("layout", func(t *testing.T) { sameLayout(t, builder) })
	t.Run("capabilities", func(t *testing.T) { sameCapabilities(t, builder) })
	t.Run("users", func(t *testing.T) { sameUsers(t, builder) })
	t.Run("download", func(t *testing.T) { sameDownload(t, builder) })
	t.Run("packages", func(t *testing.T) { sameTools(t, builder) })
	if !isOldest {
		return // how others report errors depends on their version
	}
	project["cmd/old/main.go"] = "package main\n\nfunc main() { println(hello) }\n"
	broken := plain(t, write(t, project), "--output=type=cacheonly")
	broken.Builder = builder
	t.Run("error", func(t *testing.T) { oldError(t, broken) })
}

// agree has the newest daemon and then another one build the same, and compares
// the digests.
func agree(t *testing.T, b buildx.Build, builder string) {
	t.Helper()
	b.Builder = newest
	current := succeed(t, b)
	b.Builder = builder
	if old := succeed(t, b); old.Digest != current.Digest {
		t.Errorf("digest %s, and %s on the newest daemon", old.Digest, current.Digest)
	}
}

// sameAgain builds once more: nothing is compiled or copied, and the image is
// the same, here and on the newest daemon.
func sameAgain(t *testing.T, b buildx.Build, first buildx.Result) {
	again := succeed(t, b)
	for _, name := range []string{"compile ./cmd/old for linux/amd64", "compile ./cmd/old for linux/arm64", "copy data to /data"} {
		if v, ok := again.Vertex(name); !ok || v.Ran() {
			t.Errorf("the second build had the step %+v, want %s CACHED", v, name)
		}
	}
	b.Builder = newest
	current := succeed(t, b)
	if again.Digest != first.Digest || current.Digest != first.Digest {
		t.Errorf("digests %s, then %s, then %s on the newest daemon, want the same", first.Digest, again.Digest, current.Digest)
	}
}

// oldError compiles what cannot be compiled. Such a daemon cannot read what a
// failed step left, so the line of the Go file is in the step's log, and the
// excerpt is that of the spec.
func oldError(t *testing.T, b buildx.Build) {
	r := run(t, b)
	want := "Dockerfile:1\n" +
		"--------------------\n" +
		"   1 | >>> main: ./cmd/old\n" +
		"   2 |     run: {files: [{from: data, to: /data}]}\n" +
		"   3 |     \n" +
		"--------------------\n" +
		"ERROR: failed to build: failed to solve: compile ./cmd/old for linux/amd64 failed with exit code 1, and this BuildKit cannot read what it reported, which BuildKit 0.27 and newer can; see its log\n"
	if r.Exit != 1 || said(r) != want {
		t.Errorf("exit code %d, printed\n%s\nwant 1 and\n%s", r.Exit, r.Text, want)
	}
	v, _ := r.Vertex("compile ./cmd/old")
	if want := "# example.com/old/cmd/old\ncmd/old/main.go:3:23: undefined: hello\n"; v.Log != want {
		t.Errorf("the step printed\n%s\nwant\n%s", v.Log, want)
	}
}
