package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// checked is a project with one dependency that passes all checks.
func checked(spec string) map[string]string {
	project := maps.Clone(numbered)
	project["Dockerfile"] = spec
	project["main_test.go"] = `package main

import "testing"

func TestNothing(t *testing.T) {}
`
	return project
}

// cachedSteps tells of steps whether they are CACHED.
func cachedSteps(t testing.TB, r buildx.Result, names ...string) map[string]bool {
	t.Helper()
	got := map[string]bool{}
	for _, name := range names {
		v, ok := r.Vertex(name)
		if !ok {
			t.Errorf("there is no step %q", name)
		}
		got[name] = v.Cached
	}
	return got
}

// TestChecks builds with checks and without: one image. Verdicts are CACHED
// when nothing changed that they are about.
func TestChecks(t *testing.T) {
	b := gohull(t, write(t, checked("")), "--provenance=false")
	b.Push = ref(t)
	without := succeed(t, b)
	edit(t, b, map[string]string{"Dockerfile": "checks: [tidy, verify]\n"})
	with := succeed(t, b)
	if with.Digest != without.Digest {
		t.Errorf("the image is %s with checks, and %s without", with.Digest, without.Digest)
	}
	if ran := steps(succeed(t, b)); len(ran) > 0 {
		t.Errorf("ran %q again, want all CACHED", ran)
	}
	own := t.TempDir() // a text that no earlier build has had
	for _, c := range []struct {
		file, data string
		reruns     []string
	}{
		{"main.go", strings.Replace(numbered["main.go"], "println(", "println(`"+own+"`, ", 1), nil},
		{"README.md", own, nil},
		{"extra_test.go", "package main\n\nimport _ \"github.com/google/uuid\"\n\n// " + own, []string{"check tidy"}},
		{"go.mod", numbered["go.mod"] + "\n// " + own + "\n", []string{"check tidy", "check verify"}},
	} {
		edit(t, b, map[string]string{c.file: c.data})
		for name, isCached := range cachedSteps(t, succeed(t, b), "check tidy", "check verify") {
			if isCached == slices.Contains(c.reruns, name) {
				t.Errorf("an edit of %s: %s is CACHED: %v, want it to rerun: %q", c.file, name, isCached, c.reruns)
			}
		}
	}
}

// TestChecksFail has everything wrong that can be: all of it is told, with
// its lines, and nothing is pushed.
func TestChecksFail(t *testing.T) {
	project := checked("checks: [tidy, verify]\n")
	project["go.mod"] = strings.Replace(project["go.mod"], "uuid v1.6.0", "uuid v1.6.0 // indirect", 1)
	project["go.sum"] = strings.SplitAfter(project["go.sum"], "\n")[0]
	project["main.go"] = strings.Replace(project["main.go"], "println(", "printn(", 1)
	b := gohull(t, write(t, project))
	b.Push = ref(t)
	r := run(t, b)
	if r.Exit == 0 {
		t.Fatal("the build worked")
	}
	for _, want := range []string{
		"check tidy failed\n",
		`go.mod:5: found "require github.com/google/uuid v1.6.0 // indirect", wanted "require github.com/google/uuid v1.6.0"`,
		"check verify failed\n",
		"go.mod:5: go.sum has no checksum of github.com/google/uuid@v1.6.0",
		">>> require github.com/google/uuid v1.6.0 // indirect\n",
	} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("this was printed, without %q:\n%s", want, r.Text)
		}
	}
}

// TestTidyTarget corrects what the check finds.
func TestTidyTarget(t *testing.T) {
	project := checked("checks: [tidy]\n")
	project["go.mod"] = goMod("example.com/numbered")
	project["go.sum"] = ""
	b := gohull(t, write(t, project), "--target=tidy", "--platform=linux/amd64,linux/arm64")
	want := map[string]string{"go.mod": numbered["go.mod"], "go.sum": numbered["go.sum"]}
	if got := export(t, b); !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
