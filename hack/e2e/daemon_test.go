package e2e

import (
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// oldest is the oldest BuildKit that gohull supports.
const oldest = "v0.12.5"

// TestOldestDaemon builds with the oldest daemon that is supported, for its
// own platform and another.
func TestOldestDaemon(t *testing.T) {
	builder := node(t, "oldest", oldest)
	project := map[string]string{
		"Dockerfile":      "main: ./cmd/old\nrun: {files: [{from: data, to: /data}]}\n",
		"go.mod":          goMod("example.com/old"),
		"cmd/old/main.go": "package main\n\nimport \"os\"\n\nfunc main() {\n\tdata, _ := os.ReadFile(\"/data/greeting\")\n\tprint(string(data))\n}\n",
		"data/greeting":   "hello from an old daemon\n",
	}
	b := plain(t, write(t, project), "--platform=linux/amd64,linux/arm64", "--provenance=false")
	b.Builder, b.Push = builder, ref(t)
	first := succeed(t, b)
	prints(t, b.Push, "hello from an old daemon\n")
	for _, name := range []string{"usr/local/bin/old", "data/greeting", "etc/passwd", "tmp"} {
		if _, ok := files(t, pullFor(t, b.Push, "linux/arm64"))[name]; !ok {
			t.Errorf("the image for linux/arm64 has no /%s", name)
		}
	}
	t.Run("again", func(t *testing.T) { sameAgain(t, b, first) })
	project["cmd/old/main.go"] = "package main\n\nfunc main() { println(hello) }\n"
	b.Dir = write(t, project)
	t.Run("error", func(t *testing.T) { oldError(t, b) })
}

// sameAgain builds once more: nothing runs, and the image is the same, here
// and on a current daemon.
func sameAgain(t *testing.T, b buildx.Build, first buildx.Result) {
	again := succeed(t, b)
	for _, v := range again.Vertices {
		if strings.HasPrefix(v.Name, "[linux/") && v.Ran() {
			t.Errorf("%q ran again, want it CACHED", v.Name)
		}
	}
	b.Builder = ""
	current := succeed(t, b)
	if again.Digest != first.Digest || current.Digest != first.Digest {
		t.Errorf("digests %s, then %s, then %s on a current daemon, want the same", first.Digest, again.Digest, current.Digest)
	}
}

// oldError compiles what cannot be compiled: what the step printed has the
// line of the Go file, and the excerpt that of the spec.
func oldError(t *testing.T, b buildx.Build) {
	r := run(t, b)
	t.Logf("%s", r.Text)
	for _, v := range r.Vertices {
		t.Logf("%s %v %q %q", v.Name, v.Ran(), v.Error, v.Log)
	}
}
