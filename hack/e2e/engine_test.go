package e2e

import (
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// TestDockerEngine builds with a Docker Engine's own builder, through the
// first line of the file, and runs what was built.
func TestDockerEngine(t *testing.T) {
	t.Parallel()
	project := map[string]string{
		"Dockerfile": syntaxLine(t),
		"go.mod":     goMod("example.com/engine"),
		"main.go":    "package main\n\nfunc main() { println(\"hello from an engine\") }\n",
	}
	dir := write(t, project)
	docker(t, "build", "--quiet", "--tag=gohull-engine", dir)
	if got, want := docker(t, "run", "--rm", "gohull-engine"), "hello from an engine\n"; got != want {
		t.Errorf("docker run printed %q, want %q", got, want)
	}
	engine := func(dir string) buildx.Build {
		return buildx.Build{Dir: dir, Builder: "default", Args: []string{"--tag=gohull-engine"}}
	}
	if v, ok := succeed(t, engine(dir)).Vertex("compile "); !ok || v.Ran() {
		t.Errorf("the second build had the step %+v, want it CACHED", v)
	}
	trusted(t, engine(dir))
	project["main.go"] = "package main\n\nfunc main() { println(hello) }\n"
	r := run(t, engine(write(t, project)))
	want := "Dockerfile:1\n" +
		"--------------------\n" +
		"   1 | >>> " + project["Dockerfile"] +
		"   2 |     \n" +
		"--------------------\n" +
		"main.go:3\n" +
		"--------------------\n" +
		"   1 |     package main\n" +
		"   2 |     \n" +
		"   3 | >>> func main() { println(hello) }\n" +
		"   4 |     \n" +
		"--------------------\n" +
		"ERROR: failed to build: failed to solve: compile engine for linux/amd64 failed\n" +
		"main.go:3:23: undefined: hello\n"
	if r.Exit != 1 || said(r) != want {
		t.Errorf("exit code %d, printed\n%s\nwant 1 and\n%s", r.Exit, r.Text, want)
	}
}

// trusted has an Engine lock what a build starts from, and make an image with
// an SBOM from the lock.
func trusted(t *testing.T, b buildx.Build) {
	t.Helper()
	locks := b
	locks.Args = []string{"--target=lock"}
	files := export(t, locks)
	if toolchain := digest(t, env(t, "REGISTRY")+"/library/golang:"+goVersion()+"-alpine"); !strings.Contains(files[lockFile], toolchain) {
		t.Errorf("the lock has not the toolchain's digest %s:\n%s", toolchain, files[lockFile])
	}
	edit(t, b, files)
	b.Push, b.Args = ref(t), []string{"--sbom=true"}
	succeed(t, b)
	holdsPackages(t, inspectSBOM(t, b.Push, ".SBOM"), map[string]string{"stdlib": goVersion(), "example.com/engine": "", "engine": ""})
}

// TestPull gives the Engine another image under the name of the base. A base
// is always what the registry has, with --pull and without.
func TestPull(t *testing.T) {
	const base = "alpine:3.22"
	dir := write(t, map[string]string{
		"Dockerfile": syntaxLine(t) + "base: alpine\n",
		"other.yaml": syntaxLine(t) + "run: {user: root, env: {FROM: here}}\n",
		"go.mod":     goMod("example.com/pulled"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	docker(t, "build", "--quiet", "--file="+dir+"/other.yaml", "--tag="+base, dir)
	defer docker(t, "image", "rm", "--force", base)
	want := digest(t, env(t, "REGISTRY")+"/library/"+base) + "\n"
	for _, pull := range []string{"--pull=false", "--pull"} {
		docker(t, "build", "--quiet", "--tag=gohull-pulled", pull, dir)
		got := docker(t, "image", "inspect", `--format={{index .Config.Labels "org.opencontainers.image.base.digest"}}`, "gohull-pulled")
		if got != want {
			t.Errorf("with %s the base is %s, want %s", pull, got, want)
		}
	}
}
