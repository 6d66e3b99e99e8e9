package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/container"
	"github.com/gohull/gohull/internal/golden"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// goMod is a go.mod that asks for the Go that runs the tests, which is the
// one that the lab has an image of.
func goMod(module string) string {
	return "module " + module + "\n\ngo " + goVersion() + "\n"
}

func goVersion() string { return strings.TrimPrefix(runtime.Version(), "go") }

// syntaxLine is the first line of a spec, for the lab's frontend.
func syntaxLine(t testing.TB) string {
	t.Helper()
	return "# syntax=" + env(t, "GOHULL_SYNTAX") + "\n"
}

// buildExample builds an example through its own first line, in which only
// the registry is another one, and gives the image. With flags it is left to
// them which CA is trusted.
func buildExample(t *testing.T, name string, args ...string) v1.Image {
	t.Helper()
	b := example(t, name, args...)
	succeed(t, b)
	im := pull(t, b.Push)
	sameImage(t, name, im)
	return im
}

// sameImage compares an example's image with the one that was recorded: a
// change of gohull must not change its bytes unnoticed. The id of an image
// does not depend on how its layers are compressed, but on the Go that
// compiled it; with another Go nothing is compared. Of images with a base only
// the layers on it are compared, because the lab's bases are not the same
// everywhere. Run the test with -update to record an image.
func sameImage(t *testing.T, name string, im v1.Image) {
	t.Helper()
	recorded := filepath.Join("testdata", "images", name+".txt")
	data, _ := os.ReadFile(recorded)
	if with, _, _ := strings.Cut(string(data), "\n"); with != "" && with != runtime.Version() {
		t.Logf("%s was recorded with %s, so that the image is not compared", name, with)
		return
	}
	cfg, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	text := runtime.Version() + "\n"
	based, layers := false, cfg.RootFS.DiffIDs
	for _, h := range cfg.History {
		switch {
		case h.EmptyLayer:
			continue
		case strings.HasPrefix(h.CreatedBy, "gohull: "):
			text += layers[0].String() + " " + h.CreatedBy + "\n"
		default:
			based = true
		}
		layers = layers[1:]
	}
	if !based {
		id, err := im.ConfigName()
		if err != nil {
			t.Fatal(err)
		}
		text += id.String() + " image\n"
	}
	golden.File(t, recorded, text)
}

// example is the build of a copy of an example.
func example(t *testing.T, name string, args ...string) buildx.Build {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("../../examples", name))); err != nil {
		t.Fatal(err)
	}
	spec := filepath.Join(dir, "Dockerfile")
	data, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := strings.CutPrefix(string(data), "# syntax=registry.example/gohull:1\n")
	if !ok {
		t.Fatalf("%s begins with another syntax line:\n%s", spec, data)
	}
	if err := os.WriteFile(spec, []byte(syntaxLine(t)+rest), 0o644); err != nil {
		t.Fatal(err)
	}
	b := gohull(t, dir)
	if len(args) > 0 {
		b = plain(t, dir, args...)
	}
	b.Syntax, b.Push = "", ref(t)
	return b
}

// TestExampleGates is made when all checks pass.
func TestExampleGates(t *testing.T) {
	exit, got := output(t, buildExample(t, "gates"))
	if want := "Red\nGreen\nYellow\n"; exit != 0 || got != want {
		t.Errorf("exit code %d, printed %q, want %q", exit, got, want)
	}
}

func TestExampleHello(t *testing.T) {
	im := buildExample(t, "hello")
	port := freePort(t)
	c := start(t, container.Run{Image: im, Env: []string{"PORT=" + port}})
	for language, greeting := range map[string]string{
		"":           "Hello",
		"de":         "Hallo",
		"fr-CH, de":  "Bonjour",
		"ja, es;q=1": "Hola",
	} {
		got := get(t, c, "http://127.0.0.1:"+port+"/", language)
		if want := greeting + " from " + runtime.Version() + " on linux/amd64\n"; got != want {
			t.Errorf("Accept-Language %q: answered %q, want %q", language, got, want)
		}
	}
	if _, ok := config(t, im).ExposedPorts["8080/tcp"]; !ok {
		t.Errorf("port 8080 is not exposed: %v", config(t, im).ExposedPorts)
	}
}

func TestExampleService(t *testing.T) {
	im := buildExample(t, "service")
	cfg := config(t, im)
	if want := []string{"CMD", "/usr/local/bin/service", "-check"}; cfg.Healthcheck == nil || !slices.Equal(cfg.Healthcheck.Test, want) {
		t.Errorf("health check %+v, want the test %q", cfg.Healthcheck, want)
	}
	if cfg.StopSignal != "SIGINT" || cfg.WorkingDir != "/srv" || cfg.Labels["org.opencontainers.image.vendor"] != "Example" {
		t.Errorf("stop signal %q, directory %q, labels %q", cfg.StopSignal, cfg.WorkingDir, cfg.Labels)
	}
	addr := ":" + freePort(t)
	if exit, _ := output(t, im, "-check", "-addr", addr); exit != 1 {
		t.Errorf("the health check of a service that does not run exited with %d, want 1", exit)
	}
	c := start(t, container.Run{Image: im, Args: []string{"-addr", addr}})
	got := get(t, c, "http://127.0.0.1"+addr+"/", "")
	if want := "stage production, log level info, user 65532, 1 migrations\n"; got != want {
		t.Errorf("answered %q, want %q", got, want)
	}
	if exit, text := output(t, im, "-check", "-addr", addr); exit != 0 {
		t.Errorf("the health check exited with %d, want 0; it printed %q", exit, text)
	}
}

func TestExampleVendored(t *testing.T) {
	exit, got := output(t, buildExample(t, "vendored"))
	if want := "ba5e8f85-3499-5038-8d25-e15484b5c206\n"; exit != 0 || got != want {
		t.Errorf("exit code %d, printed %q, want %q", exit, got, want)
	}
}

func TestExampleWorkspace(t *testing.T) {
	exit, got := output(t, buildExample(t, "workspace"))
	if want := "Hello, workspace!\n"; exit != 0 || got != want {
		t.Errorf("exit code %d, printed %q, want %q", exit, got, want)
	}
}

// start starts a container that ends with the test.
func start(t testing.TB, r container.Run) *container.Container {
	t.Helper()
	var out bytes.Buffer
	r.Output = &out
	c, err := container.Start(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Stop(time.Second)
		if t.Failed() {
			t.Logf("the container printed:\n%s", out.String())
		}
	})
	return c
}

// get asks until the container's program answers.
func get(t testing.TB, c *container.Container, url, language string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", language)
	for poll := time.Tick(10 * time.Millisecond); ; <-poll {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			return body(t, resp)
		}
		if exit, ok := c.Ended(); ok {
			t.Fatalf("the program ended with exit code %d before it answered: %v", exit, err)
		}
		if ctx.Err() != nil {
			t.Fatalf("no answer: %v", err)
		}
	}
}

func body(t testing.TB, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// freePort is a port that nobody listens on.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestSpecFile hands the spec in as people do: from stdin, under a name of
// its own, and from outside of the context.
func TestSpecFile(t *testing.T) {
	line := syntaxLine(t)
	dir := write(t, map[string]string{
		"go.mod":             goMod("example.com/spec"),
		"main.go":            "package main\n\nfunc main() { println(\"spec\") }\n",
		"deploy/shop.gohull": line + "run: {workdir: /deploy}\n",
	})
	outside := filepath.Join(write(t, map[string]string{"any.txt": line + "run: {workdir: /outside}\n"}), "any.txt")
	tests := []struct{ file, stdin, workdir string }{
		{"-", line, "/"},
		{"-", line + "run: {workdir: /stdin}\n", "/stdin"},
		{filepath.Join(dir, "deploy/shop.gohull"), "", "/deploy"},
		{outside, "", "/outside"},
	}
	for _, test := range tests {
		b := gohull(t, dir, "--file="+test.file)
		b.Syntax, b.Push, b.Stdin = "", ref(t), []byte(test.stdin)
		succeed(t, b)
		im := pull(t, ref(t))
		if got := config(t, im).WorkingDir; got != test.workdir {
			t.Errorf("%s: directory %q, want %q", test.file, got, test.workdir)
		}
	}
	if exit, got := output(t, pull(t, ref(t))); exit != 0 || got != "spec\n" {
		t.Errorf("exit code %d, printed %q, want \"spec\"", exit, got)
	}
}

// TestIgnoreFile hides a file that the spec wants from the context. The
// ignore file that has the spec's name wins over .dockerignore.
func TestIgnoreFile(t *testing.T) {
	tests := []struct {
		name    string
		ignores map[string]string
		hidden  string // what the message says of it; empty when it is not hidden
	}{
		{"the context's", map[string]string{".dockerignore": "data\n"},
			`.dockerignore:1:1 hides data/a.txt: remove the line "data", or add "!data/a.txt" below it; an ignore file for this spec only is named Dockerfile.dockerignore`},
		{"the spec's", map[string]string{"Dockerfile.dockerignore": "data/*.txt\r\ndata\r\n"},
			`Dockerfile.dockerignore:2:1 hides data/a.txt: remove the line "data", or add "!data/a.txt" below it`},
		{"the spec's only", map[string]string{".dockerignore": "data\n", "Dockerfile.dockerignore": "other\n"}, ""},
		{"an exception", map[string]string{".dockerignore": "*.txt\n!data/a.txt\n"}, ""},
	}
	for _, test := range tests {
		project := map[string]string{
			"Dockerfile": syntaxLine(t) + "run: {files: [{from: data/a.txt, to: /a.txt}]}\n",
			"go.mod":     goMod("example.com/ignore"),
			"main.go":    "package main\n\nfunc main() {}\n",
			"data/a.txt": "a\n",
		}
		for name, data := range test.ignores {
			project[name] = data
		}
		b := gohull(t, write(t, project))
		b.Syntax = ""
		r := run(t, b)
		want := "Dockerfile:2:22: run.files: the build context has no data/a.txt; " + test.hidden + "\n"
		if hidden := r.Exit != 0; hidden != (test.hidden != "") || hidden && !strings.HasSuffix(r.Text, want) {
			t.Errorf("%s: exit code %d, printed\n%s", test.name, r.Exit, r.Text)
		}
	}
}

// TestBake builds two images of one context in one run.
func TestBake(t *testing.T) {
	registry := env(t, "REGISTRY")
	program := func(name string) string {
		return "package main\n\nfunc main() { println(\"this is " + name + "\") }\n"
	}
	dir := write(t, map[string]string{
		"go.mod":             goMod("example.com/bake"),
		"cmd/api/main.go":    program("api"),
		"cmd/worker/main.go": program("worker"),
		"api.yaml":           syntaxLine(t) + "main: ./cmd/api\nrun: {expose: [8080]}\n",
		"worker.yaml":        syntaxLine(t) + "main: ./cmd/worker\n",
		"docker-bake.hcl": `group "default" { targets = ["api", "worker"] }
target "api" {
  dockerfile = "api.yaml"
  output     = ["type=image,name=` + registry + `/e2e/bake-api,push=true"]
}
target "worker" {
  dockerfile = "worker.yaml"
  output     = ["type=image,name=` + registry + `/e2e/bake-worker,push=true"]
}
`,
	})
	digests := bake(t, dir)
	for name, ports := range map[string]int{"api": 1, "worker": 0} {
		im := pull(t, registry+"/e2e/bake-"+name+"@"+digests[name])
		if exit, got := output(t, im); exit != 0 || got != "this is "+name+"\n" {
			t.Errorf("%s: exit code %d, printed %q", name, exit, got)
		}
		if got := config(t, im); len(got.ExposedPorts) != ports || got.Entrypoint[0] != "/usr/local/bin/"+name {
			t.Errorf("%s: ports %v, entrypoint %q", name, got.ExposedPorts, got.Entrypoint)
		}
	}
}

// bake runs docker-bake.hcl and gives the digest of each target's image.
func bake(t testing.TB, dir string) map[string]string {
	t.Helper()
	metadata := filepath.Join(t.TempDir(), "metadata.json")
	cmd := exec.CommandContext(t.Context(), "docker-buildx", "bake", "--progress=plain", "--allow=fs.read="+os.TempDir(), "--metadata-file="+metadata)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	data, err := os.ReadFile(metadata)
	if err != nil {
		t.Fatal(err)
	}
	var targets map[string]struct {
		Digest string `json:"containerimage.digest"`
	}
	if err := json.Unmarshal(data, &targets); err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	for name, target := range targets {
		digests[name] = cmp.Or(target.Digest, "missing from "+string(data))
	}
	return digests
}

func TestLabels(t *testing.T) {
	dir := write(t, map[string]string{
		"Dockerfile": "run: {labels: {team: shop, tier: \"1\"}}\n",
		"go.mod":     goMod("example.com/labels"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	b := gohull(t, dir, "--label=team=search", "--label=org.opencontainers.image.revision=4f5e", "--label=empty=")
	b.Push = ref(t)
	succeed(t, b)
	want := map[string]string{
		"empty":                             "",
		"org.opencontainers.image.revision": "4f5e",
		"org.opencontainers.image.title":    "labels",
		"team":                              "search",
		"tier":                              "1",
	}
	if got := config(t, pull(t, ref(t))).Labels; !equalJSON(t, got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
}

// equalJSON compares what two values say, not how they are typed.
func equalJSON(t testing.TB, a, b any) bool {
	t.Helper()
	return bytes.Equal(asJSON(t, a), asJSON(t, b))
}

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}
