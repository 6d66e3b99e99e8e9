package e2e

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/container"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// frontEnd is the Dockerfile of a front end: what it makes depends on a build arg,
// a secret and a directory.
const frontEnd = `FROM --platform=$BUILDPLATFORM alpine:3.22 AS deps
WORKDIR /app
COPY package.json .
RUN --mount=type=secret,id=token mkdir /deps && cat package.json /run/secrets/token >/deps/all

FROM deps AS dist
ARG MODE=dev
COPY src src
RUN mkdir -p /out/js && cp src/*.js /out/js/ && chown -R 33:33 /out/js
RUN echo "$MODE $(cat /deps/all)" >/out/index.html
`

const (
	depsStep = "[deps 4/4] RUN --mount=type=secret,id=token mkdir /deps && cat package.json /run/secrets/token >/deps/all"
	distStep = "[dist 2/3] RUN mkdir -p /out/js && cp src/*.js /out/js/ && chown -R 33:33 /out/js"
)

// withFrontEnd is a project whose image has files of a stage.
func withFrontEnd(t *testing.T, args ...string) buildx.Build {
	dir := write(t, map[string]string{
		"go.mod":           goMod("example.com/ui"),
		"main.go":          "package main\n\nfunc main() { println(\"ui\") }\n",
		"token":            "secret",
		"web/Dockerfile":   frontEnd,
		"web/package.json": t.Name() + now() + "\n",
		"web/src/a.js":     "a()\n",
		"web/src/b.js":     "hidden()\n",
		".dockerignore":    "web\n",

		"web/Dockerfile.dockerignore": "web/src/b.js\n",
		"Dockerfile": `args: {MODE: prod}
run: {files: [{stage: ui, from: /out, to: /srv/ui}]}
stages:
  ui: {dockerfile: web/Dockerfile, target: dist, context: web, args: {MODE: "{{.Args.MODE}}"}}
`,
	})
	b := gohull(t, dir, append(args, "--provenance=false", "--secret=id=token,src="+filepath.Join(dir, "token"))...)
	b.Push = ref(t)
	return b
}

// TestStages: files of a stage are in the images of all platforms, with their
// owners. The ignore file of the Dockerfile counts for it alone. An edit of a Go file runs nothing of it again, and an edit of the front
// end what its Dockerfile says.
func TestStages(t *testing.T) {
	t.Parallel()
	b := withFrontEnd(t, "--platform=linux/amd64,linux/arm64", "--build-arg=MODE=ent")
	succeed(t, b)
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		all := files(t, pullFor(t, b.Push, platform))
		if index := string(all["srv/ui/index.html"].Data); !strings.HasPrefix(index, "ent TestStages") || !strings.HasSuffix(index, "secret\n") {
			t.Errorf("%s: index.html is %q", platform, index)
		}
		if js := all["srv/ui/js/a.js"]; string(js.Data) != "a()\n" || js.UID != 33 || js.GID != 33 {
			t.Errorf("%s: js/a.js is %q of %d:%d", platform, js.Data, js.UID, js.GID)
		}
		if _, ok := all["srv/ui/js/b.js"]; ok {
			t.Errorf("%s: b.js is in the image, which the ignore file of the Dockerfile hides", platform)
		}
	}

	edit(t, b, map[string]string{"main.go": "package main\n\nfunc main() { println(\"edited\") }\n"})
	if got := cachedSteps(t, succeed(t, b), depsStep, distStep); !got[depsStep] || !got[distStep] {
		t.Errorf("CACHED after an edit of main.go: %v", got)
	}
	edit(t, b, map[string]string{"web/src/a.js": "b()\n"})
	if got := cachedSteps(t, succeed(t, b), depsStep, distStep); !got[depsStep] || got[distStep] {
		t.Errorf("CACHED after an edit of a.js: %v", got)
	}
	b.Args = append(b.Args, "--no-cache-filter=ui")
	if got := cachedSteps(t, succeed(t, b), depsStep, distStep); got[depsStep] || got[distStep] {
		t.Errorf("CACHED with --no-cache-filter: %v", got)
	}
}

// TestStagesFail: an error shows the line of the Dockerfile and that of the spec.
func TestStagesFail(t *testing.T) {
	t.Parallel()
	b := withFrontEnd(t)
	dockerfile := filepath.Join(b.Dir, "web/Dockerfile")
	for _, c := range []struct{ line, want, excerpt string }{
		{"RUN echo no >&2; exit 3\n", "stage ui of web/Dockerfile: process \"/bin/sh -c echo no >&2; exit 3\" did not complete successfully: exit code: 3", ">>> RUN echo no"},
		{"RUNN x\n", "stage ui of web/Dockerfile: dockerfile parse error on line 11: unknown instruction: RUNN (did you mean RUN?)", ">>> RUNN x"},
		{"COPY missing /\n", "stage ui of web/Dockerfile: ", ">>> COPY missing /"},
	} {
		if err := os.WriteFile(dockerfile, []byte(frontEnd+c.line), 0o644); err != nil {
			t.Fatal(err)
		}
		r := run(t, b)
		for _, want := range []string{c.want, "web/Dockerfile:11", c.excerpt, ">>>   ui: {dockerfile: web/Dockerfile"} {
			if r.Exit == 0 || !strings.Contains(r.Text, want) {
				t.Errorf("exit code %d, and this was printed without %q:\n%s", r.Exit, want, r.Text)
			}
		}
	}
}

// TestStagesOld: stages need nothing that only new daemons have, and a build
// context can replace one.
func TestStagesOld(t *testing.T) {
	t.Parallel()
	b := withFrontEnd(t)
	b.Builder = node(t, "stages-old", oldest)
	succeed(t, b)
	if index := string(files(t, pull(t, b.Push))["srv/ui/index.html"].Data); !strings.HasPrefix(index, "prod TestStagesOld") {
		t.Errorf("index.html is %q", index)
	}
	edit(t, b, map[string]string{"dist/out/index.html": "replaced\n"})
	b.Args = append(b.Args, "--build-context=ui="+filepath.Join(b.Dir, "dist"))
	succeed(t, b)
	if index := string(files(t, pull(t, b.Push))["srv/ui/index.html"].Data); index != "replaced\n" {
		t.Errorf("index.html is %q", index)
	}
}

// anotherFrontend copies gohull's image to another repository, where it is any
// frontend, and returns its name.
func anotherFrontend(t *testing.T) string {
	t.Helper()
	from, err := name.ParseReference(env(t, "GOHULL_SYNTAX"))
	if err != nil {
		t.Fatal(err)
	}
	to, err := name.ParseReference(ref(t) + "-frontend")
	if err != nil {
		t.Fatal(err)
	}
	found, err := remote.Get(from, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Push(to, found, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	return to.String()
}

// TestStagesBase: an image starts from a stage and has its config, and a stage
// brings the Go that compiles. The provenance lists the images of both, and the git
// repository that one of them copies from. A third stage has a frontend of its own,
// which its syntax line names.
func TestStagesBase(t *testing.T) {
	t.Parallel()
	repository := write(t, map[string]string{"etc/data": t.Name() + "\n"})
	server := httptest.NewServer(gitBackend(t, repository))
	t.Cleanup(server.Close)
	dir := write(t, map[string]string{
		"go.mod":  goMod("example.com/onstage"),
		"main.go": "package main\n\nimport \"os\"\n\nfunc main() { data, _ := os.ReadFile(\"/etc/data\"); print(string(data), os.Getenv(\"FROM\")) }\n",
		"Dockerfile": `base: {stage: runtime}
toolchain: {stage: go}
run: {files: [{stage: locked, from: /gohull.lock, to: /srv/gohull.lock}]}
stages:
  runtime: {dockerfile: build/Dockerfile, target: runtime, context: "` + server.URL + `/repo.git#main:etc"}
  go: {dockerfile: build/Dockerfile, target: go}
  locked: {dockerfile: build/other.yaml, target: lock}
`,
		"build/other.yaml": "# syntax=" + anotherFrontend(t) + "\n",
		"build/Dockerfile": `FROM golang:` + goVersion() + `-alpine AS go
RUN echo ` + now() + ` >/made
FROM alpine:3.22 AS runtime
ENV FROM=stage
VOLUME /data
COPY data /etc/
`,
	})
	b := gohull(t, dir)
	b.Push = ref(t)
	succeed(t, b)
	im := pull(t, b.Push)
	if exit, got := output(t, im); exit != 0 || got != t.Name()+"\nstage" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
	if c := config(t, im); c.User != "65532:65532" || len(c.Volumes) != 1 {
		t.Errorf("the config is %+v", c)
	}
	if locked := string(files(t, im)["srv/gohull.lock"].Data); !strings.Contains(locked, "go:\n  asked: "+goVersion()+"\n") {
		t.Errorf("the frontend of the stage made %q", locked)
	}
	statement := string(provenance(t, b.Push))
	if commit := git(t, repository, "rev-parse", "main"); !strings.Contains(statement, server.URL) || !strings.Contains(statement, commit) {
		t.Errorf("the provenance does not list %s at %s:\n%s", server.URL, commit, statement)
	}
	for _, image := range []string{"library/alpine:3.22", "library/golang:" + goVersion() + "-alpine"} {
		if want := digest(t, env(t, "REGISTRY")+"/"+image); !strings.Contains(statement, strings.TrimPrefix(want, "sha256:")) {
			t.Errorf("the provenance does not list %s by its digest %s:\n%s", image, want, statement)
		}
	}
	edit(t, b, map[string]string{"main.go": "package main\n\nfunc main() {}\n"})
	if steps := succeed(t, b).Steps(); slices.ContainsFunc(steps, func(name string) bool { return strings.HasPrefix(name, "[go 2/2] RUN") }) {
		t.Errorf("ran after an edit of main.go: %q", steps)
	}
}

// TestExampleFrontend: a program embeds what a stage makes, and nothing that an
// earlier build left in the checkout. An edit of a Go file does not make it again.
func TestExampleFrontend(t *testing.T) {
	t.Parallel()
	b := example(t, "frontend")
	b.Args = append(b.Args, "--build-arg=MODE="+now())
	edit(t, b, map[string]string{"web/dist/stale.js": "stale()\n", "web/dist/index.html": "stale\n"})
	succeed(t, b)
	port := freePort(t)
	c := start(t, container.Run{Image: pull(t, b.Push), Env: []string{"PORT=" + port}})
	index := get(t, c, "http://127.0.0.1:"+port+"/", "")
	name := regexp.MustCompile(`app\.[0-9a-f]{8}\.js`).FindString(index)
	if !strings.Contains(index, "<p>Built for 20") || name == "" {
		t.Fatalf("index.html is\n%s", index)
	}
	if js := get(t, c, "http://127.0.0.1:"+port+"/"+name, ""); !strings.Contains(js, "running") {
		t.Errorf("%s is %q", name, js)
	}
	if stale := get(t, c, "http://127.0.0.1:"+port+"/stale.js", ""); strings.Contains(stale, "stale()") {
		t.Error("the program has a file of an earlier build")
	}

	data, err := os.ReadFile(filepath.Join(b.Dir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, b, map[string]string{"main.go": string(data) + "\nvar _ = \"" + now() + "\"\n"})
	ran := func(name string) bool {
		return strings.HasPrefix(name, "[dist") || strings.HasPrefix(name, "put /out of")
	}
	if steps := succeed(t, b).Steps(); slices.ContainsFunc(steps, ran) || !slices.Contains(steps, "compile frontend for linux/amd64") {
		t.Errorf("ran after an edit of main.go: %q", steps)
	}

	spec := filepath.Join(b.Dir, "Dockerfile")
	text, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spec, []byte(strings.Replace(string(text), "from: /out", "from: /outt", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	const want = "put /outt of the stage ui over web/dist failed: the stage has no /outt"
	if r := run(t, b); r.Exit == 0 || !strings.Contains(r.Text, want) || !strings.Contains(r.Text, ">>>   - {stage: ui, from: /outt") {
		t.Errorf("exit code %d, and this was printed without %q:\n%s", r.Exit, want, r.Text)
	}
}
