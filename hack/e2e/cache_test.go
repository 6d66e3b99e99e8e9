package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// cached is a project that the tests of the cache have in common; the
// builder may know it from one of them, or from an earlier run.
func cached(t testing.TB, spec string) buildx.Build {
	t.Helper()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": spec,
		"go.mod":     goMod("example.com/cached"),
		"main.go":    "package main\n\nfunc main() { println(\"cached\") }\n",
		"data/a.txt": "a\n",
	}), "--provenance=false")
	b.Push = ref(t)
	return b
}

const withFiles = "run: {files: [{from: data, to: /data}]}\n"

const (
	rootfsStep  = "add CA certificates, time zones, users and /tmp"
	sourceStep  = "pick the source of cached"
	compileStep = "compile cached for linux/amd64"
	imageStep   = "put the image together for linux/amd64"
	staticStep  = "see whether the binaries are static"
)

// allSteps are the names of the steps of a project with files, as built from
// nothing.
var allSteps = []string{
	rootfsStep,
	compileStep,
	"copy data to /data",
	"find packages",
	sourceStep,
	imageStep,
	staticStep,
}

func TestSecondBuild(t *testing.T) {
	b := cached(t, withFiles)
	first := succeed(t, b)
	again := succeed(t, b)
	if ran := again.Steps(); len(ran) > 0 || again.Digest != first.Digest {
		t.Errorf("ran %q again, want all CACHED; digest %s, then %s", ran, first.Digest, again.Digest)
	}
	for _, name := range allSteps {
		if v, ok := again.Vertex(name); !ok || !v.Cached {
			t.Errorf("no CACHED step %q in %+v", name, v)
		}
	}
}

// TestCommit works on the repository between two builds: no step depends on
// it, and only the labels name it (see TestCommitIsALabel).
func TestCommit(t *testing.T) {
	b := cached(t, withFiles)
	git(t, b.Dir, "init", "--quiet")
	succeed(t, b)
	git(t, b.Dir, "add", ".")
	git(t, b.Dir, "commit", "--quiet", "--message=all")
	if ran := succeed(t, b).Steps(); len(ran) > 0 {
		t.Errorf("a commit ran %q again, want all CACHED", ran)
	}
}

// git runs a command and returns what it prints. Commits are the same for every
// user and at any time.
func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		cmd.Env = append(cmd.Env, "GIT_"+who+"_NAME=a", "GIT_"+who+"_EMAIL=a@example.com", "GIT_"+who+"_DATE=2026-01-31T12:00:00Z")
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestEdit changes files of the context and looks which steps run again:
// those that read the whole context always, the others when what they are
// made of has changed.
func TestEdit(t *testing.T) {
	b := cached(t, withFiles)
	succeed(t, b)
	own := b.Dir // a text that no earlier build has had
	for _, c := range []struct {
		file, data string
		ran        []string // in addition to those that read the whole context
	}{
		{"main.go", "package main\n\nfunc main() { println(`" + own + "`) }\n", []string{compileStep, imageStep, staticStep}},
		{"data/a.txt", own, []string{"copy data to /data", imageStep}},
		{"README.md", own, nil},
		{"main_test.go", "package main\n\n// " + own, nil},
		{"other/other.go", "package other\n\n// " + own, nil},
		{"main_windows.go", "package main\n\n// " + own, nil},
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(b.Dir, c.file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(b.Dir, c.file), []byte(c.data), 0o644); err != nil {
			t.Fatal(err)
		}
		want := slices.Sorted(slices.Values(append([]string{"find packages", sourceStep}, c.ran...)))
		if ran := succeed(t, b).Steps(); !slices.Equal(ran, want) {
			t.Errorf("an edit of %s ran %q, want %q", c.file, ran, want)
		}
	}
}

// TestToolchains compiles with one version of Go from both of its sources.
func TestToolchains(t *testing.T) {
	binary := func(spec string) []byte {
		b := cached(t, spec)
		succeed(t, b)
		return files(t, pull(t, b.Push))["usr/local/bin/cached"].Data
	}
	image, module := binary("toolchain: image\n"), binary("toolchain: module\n")
	if len(image) == 0 || !bytes.Equal(image, module) {
		t.Errorf("binaries of %d and %d bytes, want them identical", len(image), len(module))
	}
}

// TestNoCache has a node of its own: BuildKit empties the cache mounts of
// steps that run without cache, for all builds of the node.
func TestNoCache(t *testing.T) {
	t.Parallel()
	b := cached(t, withFiles)
	b.Builder = node(t, "no-cache", "")
	first := succeed(t, b)
	if ran := first.Steps(); !slices.Equal(ran, allSteps) {
		t.Errorf("an empty node ran %q, want %q", ran, allSteps)
	}
	plain := b.Args
	for _, test := range []struct {
		flag string
		want []string
	}{
		{"--no-cache", slices.DeleteFunc(slices.Clone(allSteps), func(step string) bool { return step == staticStep })}, // a copy of the same
		{"--no-cache-filter=compile", []string{"compile cached for linux/amd64"}},                                       // what it makes is the same
		{"--no-cache-filter=files", []string{"copy data to /data", "put the image together for linux/amd64"}},
	} {
		b.Args = append(slices.Clone(plain), test.flag)
		r := succeed(t, b)
		if ran := r.Steps(); !slices.Equal(ran, test.want) {
			t.Errorf("%s ran %q, want %q", test.flag, ran, test.want)
		}
		if r.Digest != first.Digest {
			t.Errorf("%s: digest %s, want %s", test.flag, r.Digest, first.Digest)
		}
	}
	if im := pull(t, b.Push); len(layers(t, im)) != 3 {
		t.Errorf("layers %v, want three", layers(t, im))
	}
}
