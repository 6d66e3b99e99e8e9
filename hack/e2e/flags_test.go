package e2e

import (
	"archive/tar"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/image"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// TestLimits looks from within a step at what the client limits. A step
// cannot always see which control group is above its own; the provenance
// names it.
func TestLimits(t *testing.T) {
	out := t.TempDir()
	succeed(t, probed(t, "limits", small("limits"),
		"--ulimit=nofile=1234:2345", "--shm-size=48m", "--add-host=db.internal:192.0.2.7",
		"--resource=memory=1g", "--cgroup-parent=gohull-limits",
		"--build-arg=BUILDKIT_SANDBOX_HOSTNAME=builder-7", "--provenance=mode=max", "--output="+out))
	step := read(t, filepath.Join(out, "step.txt"))
	for _, want := range []string{"files 2345", "shm 50331648", "host builder-7", "192.0.2.7\tdb.internal", "memory 1073741824"} {
		if !hasLine(step, want) {
			t.Errorf("a step does not find %q, but\n%s", want, step)
		}
	}
	if text := read(t, filepath.Join(out, "provenance.json")); !strings.Contains(text, `"cgroupParent": "gohull-limits"`) {
		t.Errorf("no control group gohull-limits in\n%s", text)
	}
}

// TestAgent reaches the client's ssh agent from the step that fetches
// modules, and finds none where none is given.
func TestAgent(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "agent")
	serveAgent(t, socket)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--ssh=default=" + socket}, "an agent with 1 keys\n"},
		{nil, "no agent\n"},
	} {
		c := newCompany()
		proxy := httptest.NewServer(c.modules)
		t.Cleanup(proxy.Close)
		b := probed(t, "agent", c.greeting(t, ""), append(test.args, "--build-arg=GOPROXY="+proxy.URL, "--build-arg=GOSUMDB=off", "--output=type=cacheonly")...)
		v, ok := succeed(t, b).Vertex(modulesStep)
		if !ok || !strings.Contains(v.Log, test.want) {
			t.Errorf("with %q the step printed\n%s\nwant the line %q", test.args, v.Log, test.want)
		}
	}
}

// serveAgent is an ssh agent that has a key, and signs nothing.
func serveAgent(t testing.TB, socket string) {
	t.Helper()
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	const key = "\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + "0123456789abcdef0123456789abcdef"
	answer := fmt.Sprintf("\x0c\x00\x00\x00\x01\x00\x00\x00%c%s\x00\x00\x00\x04test", len(key), key)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for question := make([]byte, 5); ; {
					if _, err := io.ReadFull(conn, question); err != nil {
						return
					}
					fmt.Fprintf(conn, "\x00\x00\x00%c%s", len(answer), answer)
				}
			}()
		}
	}()
}

// TestRerun runs all steps again, and compiles nothing again: the caches of
// Go are as they were.
func TestRerun(t *testing.T) {
	b := cached(t, "")
	own := now() // a text that no earlier build has had
	edit(t, b, map[string]string{"main.go": "package main\n\nfunc main() { println(\"" + own + "\") }\n"})
	first := succeed(t, b)
	b.Args = append(b.Args, "--build-arg=RERUN="+own)
	again := succeed(t, b)
	want := []string{rootfsStep, compileStep, "find packages", sourceStep, imageStep}
	if ran := again.Steps(); !slices.Equal(ran, slices.Sorted(slices.Values(want))) {
		t.Errorf("ran %q, want %q", ran, want)
	}
	if v, _ := again.Vertex(compileStep); v.Log != "" {
		t.Errorf("the compile printed %q, want nothing: all is in its cache", v.Log)
	}
	if again.Digest != first.Digest {
		t.Errorf("digest %s, want %s", again.Digest, first.Digest)
	}
	if ran := succeed(t, b).Steps(); len(ran) > 0 {
		t.Errorf("with the same text, ran %q, want all CACHED", ran)
	}
}

// TestAnnotations finds those of the command line where they were asked for.
func TestAnnotations(t *testing.T) {
	b := cached(t, "")
	b.Args = append(b.Args, "--annotation=org.example.team=shop", "--annotation=index:org.example.all=yes", "--platform=linux/amd64,linux/arm64")
	succeed(t, b)
	m, err := pull(t, b.Push).Manifest()
	if err != nil {
		t.Fatal(err)
	}
	index, err := image.Index(t.Context(), b.Push)
	if err != nil {
		t.Fatal(err)
	}
	if m.Annotations["org.example.team"] != "shop" || index.Annotations["org.example.all"] != "yes" {
		t.Errorf("annotations %q of the manifest, %q of the index", m.Annotations, index.Annotations)
	}
}

// TestBuildContexts replaces images that the build
// names, from a registry and from a layout on disk.
func TestBuildContexts(t *testing.T) {
	other := cached(t, "run: {user: root, files: [{from: data, to: /other}]}\n")
	other.Push = strings.TrimSuffix(ref(t), ":latest") + ":other"
	succeed(t, other)
	dir := t.TempDir()
	l, err := layout.Write(dir, empty.Index)
	if err != nil {
		t.Fatal(err)
	}
	im := pull(t, other.Push)
	if err := l.AppendImage(im); err != nil {
		t.Fatal(err)
	}
	d, err := im.Digest()
	if err != nil {
		t.Fatal(err)
	}
	official := "golang:" + goVersion() + "-alpine"
	for _, context := range []string{"alpine:3.22=docker-image://" + other.Push, "alpine:3.22=oci-layout://" + dir + "@" + d.String()} {
		b := cached(t, "base: alpine\n")
		b.Args = append(b.Args, "--build-context="+context, "--build-context="+official+"=docker-image://"+official+"3.22")
		r := succeed(t, b)
		if _, ok := files(t, pull(t, b.Push))["other/a.txt"]; !ok {
			t.Errorf("%s: the image is not based on it", context)
		}
		if _, ok := r.Vertex("[context " + official + "] " + official + "3.22"); !ok {
			t.Errorf("the toolchain is another one than %s3.22: %+v", official, r.Vertices)
		}
	}
}

// TestModuleContext brings a module from another directory than the one of its
// replace line, which is not in the context.
func TestModuleContext(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "",
		"go.mod":     goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n\nreplace example.com/greet => ./third/greet\n",
		"main.go":    "package main\n\nimport \"example.com/greet\"\n\nfunc main() { println(greet.Text) }\n",
	}))
	b.Push = ref(t)
	for _, text := range []string{"one", "two"} {
		other := write(t, map[string]string{
			"go.mod":   goMod("example.com/greet"),
			"greet.go": "package greet\n\nconst Text = \"" + text + "\"\n",
		})
		with := b
		with.Args = append(slices.Clone(b.Args), "--build-context=example.com/greet="+other)
		succeed(t, with)
		if _, got := output(t, pull(t, b.Push)); got != text+"\n" {
			t.Errorf("printed %q, want %q", got, text)
		}
	}
}

// gitBackend commits a directory to the branch main, and serves it as /repo.git.
func gitBackend(t *testing.T, dir string) http.Handler {
	git(t, dir, "init", "--quiet", "--initial-branch=main")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message=all")
	return &cgi.Handler{
		Path: git(t, dir, "--exec-path") + "/git-http-backend", Root: "/repo.git",
		Env: []string{"GIT_PROJECT_ROOT=" + dir + "/.git", "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	}
}

// TestRemoteContexts builds from a repository and from an archive.
func TestRemoteContexts(t *testing.T) {
	dir := write(t, small("remote"))
	edit(t, gohull(t, dir), map[string]string{"Dockerfile": syntaxLine(t)})
	mux := http.NewServeMux()
	mux.Handle("/repo.git/", gitBackend(t, dir))
	archive := filepath.Join(t.TempDir(), "source.tar")
	git(t, dir, "archive", "--output="+archive, "main")
	mux.HandleFunc("/source.tar", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, archive) })
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, context := range []string{server.URL + "/repo.git#main", server.URL + "/source.tar"} {
		b := gohull(t, context)
		b.Syntax, b.Push = "", ref(t)
		succeed(t, b)
		prints(t, b.Push, "remote true\n")
	}
	if got, want := config(t, pull(t, ref(t))).Labels["org.opencontainers.image.title"], "remote"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
}

// TestOutputs exports one image in every form.
func TestOutputs(t *testing.T) {
	b := cached(t, withFiles)
	pushed := succeed(t, b)
	b.Push = ""
	plain := b.Args
	out := t.TempDir()
	for kind, want := range map[string][]string{
		"local":  nil,
		"tar":    {"usr/local/bin/cached", "data/a.txt"},
		"oci":    {"index.json", "blobs/" + strings.Replace(pushed.Digest, ":", "/", 1)},
		"docker": {"manifest.json"},
	} {
		dest := filepath.Join(out, kind)
		b.Args = append(slices.Clone(plain), "--output=type="+kind+",dest="+dest)
		r := succeed(t, b)
		if ran := r.Steps(); len(ran) > 0 {
			t.Errorf("%s ran %q, want all CACHED", kind, ran)
		}
		names := tarNames(t, dest)
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%s has no %s, only %q", kind, name, names)
			}
		}
		if kind == "oci" && r.Digest != pushed.Digest {
			t.Errorf("the metadata has the digest %s, want %s", r.Digest, pushed.Digest)
		}
	}
	if data := read(t, filepath.Join(out, "local/data/a.txt")); data != "a\n" {
		t.Errorf("the directory has %q in data/a.txt", data)
	}
}

// tarNames lists a tar file; a directory has none.
func tarNames(t testing.TB, name string) []string {
	t.Helper()
	if info, err := os.Stat(name); err != nil || info.IsDir() {
		return nil
	}
	var names []string
	for r := tar.NewReader(strings.NewReader(read(t, name))); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
}

// TestProvenance reads what a build says of itself at its most talkative.
func TestProvenance(t *testing.T) {
	b := gohull(t, write(t, map[string]string{
		"Dockerfile": "main: .\nbase: alpine\n",
		"go.mod":     goMod("example.com/provenance"),
		"main.go":    "package main\n\nfunc main() {}\n",
	}), "--provenance=mode=max")
	b.Push = ref(t)
	succeed(t, b)
	text := string(provenance(t, b.Push))
	for _, image := range []string{"library/alpine:3.22", "library/golang:" + goVersion() + "-alpine"} {
		if want := digest(t, env(t, "REGISTRY")+"/"+image); !strings.Contains(text, strings.TrimPrefix(want, "sha256:")) {
			t.Errorf("%s is not named by its digest %s", image, want)
		}
	}
	for _, want := range []string{`"filename": "Dockerfile"`, `"network": 2`, `"/.gohull/tool"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the provenance does not hold %s:\n%s", want, text)
		}
	}
}

// provenance is that of an image, indented.
func provenance(t testing.TB, ref string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "docker-buildx", "imagetools", "inspect", ref, "--format={{json .Provenance}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, out, "", " "); err != nil {
		t.Fatal(err)
	}
	return indented.Bytes()
}

// TestPolicy has a policy refuse the toolchain, and another one that lets it
// through.
func TestPolicy(t *testing.T) {
	for _, test := range []struct{ policy, want string }{
		{"default allow = true\ndefault deny_msg := []\nallow := false if input.image.repo == \"golang\"\ndeny_msg := [\"not today\"] if input.image.repo == \"golang\"\ndecision := {\"allow\": allow, \"deny_msg\": deny_msg}\n", `source "docker-image://docker.io/library/golang:` + goVersion() + `-alpine" not allowed by policy: action DENY`},
		{"default allow = true\ndecision := {\"allow\": allow}\n", ""},
	} {
		b := cached(t, "")
		edit(t, b, map[string]string{"policy.rego": "package docker\n\n" + test.policy})
		b.Args = append(b.Args, "--policy=filename=policy.rego")
		r := run(t, b)
		if refused := r.Exit != 0; refused != (test.want != "") || !strings.Contains(r.Text, test.want) {
			t.Errorf("exit code %d, printed\n%s\nwant %q", r.Exit, r.Text, cmp.Or(test.want, "success"))
		}
	}
}

// TestBakeTargetContext builds an image on what another target makes.
func TestBakeTargetContext(t *testing.T) {
	registry := env(t, "REGISTRY")
	dir := write(t, map[string]string{
		"go.mod":     goMod("example.com/onbase"),
		"main.go":    "package main\n\nfunc main() { println(\"on a base\") }\n",
		"data/a.txt": "a\n",
		"base.yaml":  syntaxLine(t) + "base: alpine\nrun: {env: {FROM: base}, files: [{from: data, to: /base}]}\n",
		"app.yaml":   syntaxLine(t) + "base: registry.example/base:1\n",
		"docker-bake.hcl": `target "base" { dockerfile = "base.yaml" }
target "default" {
  dockerfile = "app.yaml"
  contexts   = { "registry.example/base:1" = "target:base" }
  output     = ["type=image,name=` + registry + `/e2e/bake-onbase,push=true"]
}
`,
	})
	im := pull(t, registry+"/e2e/bake-onbase@"+bake(t, dir)["default"])
	if exit, got := output(t, im); exit != 0 || got != "on a base\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
	if _, ok := files(t, im)["base/a.txt"]; !ok || !slices.Contains(config(t, im).Env, "FROM=base") {
		t.Errorf("the image has not what its base has: env %q", config(t, im).Env)
	}
}
