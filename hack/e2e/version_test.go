package e2e

import (
	"maps"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// stamped says which version and commit it is of.
var stamped = map[string]string{
	"Dockerfile": `build: {ldflags: "-X main.version={{.Version}} -X main.commit={{.ShortCommit}}"}`,
	"go.mod":     goMod("example.com/stamped"),
	"main.go": `package main

import "fmt"

var version, commit string

func main() { fmt.Println(version, commit) }
`,
}

// TestStamps passes version, commit and a build arg of the spec by hand.
func TestStamps(t *testing.T) {
	project := maps.Clone(stamped)
	project["Dockerfile"] = "args: {EDITION: oss}\n" + `build: {ldflags: "-X main.version={{.Version}} -X main.commit={{.ShortCommit}}-{{.Args.EDITION}}"}`
	b := gohull(t, write(t, project), "--build-arg=VERSION=v1.2.3", "--build-arg=COMMIT=0123456789abcdef0123456789abcdef01234567", "--build-arg=EDITION=ent")
	b.Push = ref(t)
	succeed(t, b)
	im := pull(t, b.Push)
	if exit, out := output(t, im); exit != 0 || out != "1.2.3 0123456-ent\n" {
		t.Errorf("exit code %d, printed %q", exit, out)
	}
	labels := config(t, im).Labels
	for name, want := range map[string]string{
		"org.opencontainers.image.version":  "1.2.3",
		"org.opencontainers.image.revision": "0123456789abcdef0123456789abcdef01234567",
	} {
		if labels[name] != want {
			t.Errorf("label %s is %q, want %q", name, labels[name], want)
		}
	}
}

// TestStampLinksAgain: another version compiles nothing.
func TestStampLinksAgain(t *testing.T) {
	dir := write(t, map[string]string{
		"Dockerfile": `build: {ldflags: "-X main.version={{.Version}}"}`,
		"go.mod":     goMod("example.com/again"),
		"main.go":    "package main\n\nvar version string\n\nfunc main() { println(version, `" + t.TempDir() + "`) }\n",
	})
	for i, version := range []string{"1.0.1", "1.0.2"} {
		first := i == 0
		v, ok := succeed(t, gohull(t, dir, "--build-arg=VERSION="+version, "--output=type=cacheonly")).Vertex("compile again")
		if !ok || !v.Ran() || strings.Contains(v.Log, "compiled ") != first {
			t.Errorf("version %s: it has to run, and to compile only the first time: %q", version, v.Log)
		}
	}
}

// repository makes a checkout of files that has one commit and an address.
func repository(t *testing.T, files map[string]string, address string) string {
	t.Helper()
	dir := write(t, files)
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message=first")
	git(t, dir, "remote", "add", "origin", address)
	return dir
}

func pushed(t *testing.T, dir, ref string, env ...string) buildx.Result {
	t.Helper()
	b := gohull(t, dir, "--provenance=false")
	b.Push, b.Env = ref, env
	return succeed(t, b)
}

// TestCommitIsALabel: where the spec does not ask for it, a commit reaches
// the labels and nothing else.
func TestCommitIsALabel(t *testing.T) {
	dir := repository(t, numbered, "git@git.example:acme/numbered.git")
	name := ref(t)
	pushed(t, dir, name)
	before := pull(t, name)
	overwrite(t, dir, "README.md", "a page\n")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "--quiet", "--message=second")
	second := pushed(t, dir, name)
	if v, ok := second.Vertex("compile"); !ok || v.Ran() {
		t.Errorf("the compile was rerun: %+v", v)
	}
	after := pull(t, name)
	if was, is := diffIDs(t, before), diffIDs(t, after); !slices.Equal(was, is) {
		t.Errorf("the layers were %v and are %v", was, is)
	}
	labels := config(t, after).Labels
	for label, want := range map[string]string{
		"org.opencontainers.image.revision": git(t, dir, "rev-parse", "HEAD"),
		"org.opencontainers.image.source":   "https://git.example/acme/numbered",
		"org.opencontainers.image.version":  "",
	} {
		if labels[label] != want {
			t.Errorf("label %s is %q, want %q", label, labels[label], want)
		}
	}
}

func diffIDs(t *testing.T, im v1.Image) []v1.Hash {
	t.Helper()
	file, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return file.RootFS.DiffIDs
}

func overwrite(t *testing.T, dir, name, data string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCheckoutsAgree: one commit gives one digest, wherever and however it is
// checked out.
func TestCheckoutsAgree(t *testing.T) {
	name := ref(t)
	over := pushed(t, repository(t, numbered, "git@git.example:acme/numbered.git"), name)
	https := pushed(t, repository(t, numbered, "https://git.example/acme/numbered"), name)
	if over.Digest != https.Digest {
		t.Errorf("over ssh %s, over https %s", over.Digest, https.Digest)
	}
	none := pushed(t, write(t, numbered), name)
	silent := pushed(t, repository(t, numbered, "https://git.example/acme/numbered"), name, "BUILDX_GIT_INFO=0")
	if none.Digest != silent.Digest {
		t.Errorf("without a checkout %s, and with one that is not told %s", none.Digest, silent.Digest)
	}
}

// TestDirtyCheckout changes a file after the commit.
func TestDirtyCheckout(t *testing.T) {
	dir := repository(t, numbered, "https://git.example/acme/numbered")
	overwrite(t, dir, "Dockerfile", "run: {env: {DIRTY: \"{{.Dirty}}\", COMMIT: \"{{.Commit}}\"}}\n")
	name := ref(t)
	pushed(t, dir, name, "BUILDX_GIT_CHECK_DIRTY=1")
	cfg, commit := config(t, pull(t, name)), git(t, dir, "rev-parse", "HEAD")
	if got := strings.Join(cfg.Env, " "); !strings.HasSuffix(got, " DIRTY=true COMMIT="+commit) {
		t.Errorf("environment %q", got)
	}
	if got := cfg.Labels["org.opencontainers.image.revision"]; got != commit+"-dirty" {
		t.Errorf("revision %q, want %q", got, commit+"-dirty")
	}
}

// TestStampUnknown: a stamp without a value is an error at its line.
func TestStampUnknown(t *testing.T) {
	r := run(t, gohull(t, write(t, stamped), "--build-arg=COMMIT=0123456"))
	const want = "Dockerfile:1:18: build.ldflags: {{.Version}} is not known; pass --build-arg VERSION=1.2.3"
	if r.Exit == 0 || !strings.Contains(r.Text, want) || !strings.Contains(r.Text, ">>> build: {ldflags:") {
		t.Errorf("exit code %d, and this was printed, want %q and its line:\n%s", r.Exit, want, r.Text)
	}
}

// TestGitThatIsAskedFor: where the ignore file takes .git in, tags and branch
// are known without a build arg.
func TestGitThatIsAskedFor(t *testing.T) {
	dir := repository(t, map[string]string{
		"Dockerfile":    "image:\n  name: registry.example/asked\n  tags: [\"{{.Version}}\", \"{{.Major}}\", \"{{.Branch}}\", \"sha-{{.ShortCommit}}\", \"at-{{.Describe}}\", latest]\n",
		".dockerignore": "!.git\n",
		"go.mod":        goMod("example.com/asked"),
		"main.go":       "package main\n\nfunc main() {}\n",
	}, "git@git.example:acme/asked.git")
	git(t, dir, "checkout", "--quiet", "-b", "release/1")
	git(t, dir, "tag", "v0.9.0")
	git(t, dir, "tag", "--annotate", "--message=release", "v1.0.0")
	short := git(t, dir, "rev-parse", "HEAD")[:7]
	name := "registry.example/asked:"
	want := name + "1.0.0\n" + name + "1\n" + name + "release-1\n" + name + "sha-" + short + "\n" + name + "at-v1.0.0\n" + name + "latest\n"
	silent := gohull(t, dir, "--call=tags")
	silent.Env = []string{"BUILDX_GIT_INFO=0"}
	if got := succeed(t, silent).Stdout; got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
	git(t, dir, "pack-refs", "--all")
	git(t, dir, "gc", "--quiet")
	if got := answer(t, "tags", dir); got != want {
		t.Errorf("with packed tags, printed\n%swant\n%s", got, want)
	}

	git(t, dir, "commit", "--quiet", "--allow-empty", "--message=another")
	git(t, dir, "gc", "--quiet")
	if got, want := answer(t, "tags", dir), name+"at-v1.0.0-1-g"+git(t, dir, "rev-parse", "HEAD")[:7]+"\n"; !strings.Contains(got, want) {
		t.Errorf("after another commit, printed\n%swant\n%s", got, want)
	}
	git(t, t.TempDir(), "clone", "--quiet", "--depth=1", "file://"+dir, dir+"/shallow")
	overwrite(t, dir+"/shallow", "Dockerfile", "build: {ldflags: \"-X main.at={{.Describe}}\"}\n")
	if r := run(t, gohull(t, dir+"/shallow")); r.Exit == 0 || !strings.Contains(r.Text, "{{.Describe}} is not known, because the repository is a shallow clone without the tag before this commit; run `git fetch --unshallow --tags`") {
		t.Errorf("of a shallow clone, exit code %d, printed\n%s", r.Exit, r.Text)
	}
}

// TestGitContext: a context that the daemon clones gives the image that a
// checkout of the commit gives, with its labels and stamps, and what the ignore
// file hides is in neither.
func TestGitContext(t *testing.T) {
	root := t.TempDir()
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(gitPrograms(), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"},
	})
	defer server.Close()
	git(t, root, "init", "--quiet", "--bare", filepath.Join(root, "stamped.git"))
	files := maps.Clone(stamped)
	files["Dockerfile"] = "# syntax=" + env(t, "GOHULL_SYNTAX") + "\nbuild: {ldflags: \"-X main.commit={{.ShortCommit}}\"}\nrun: {files: [{from: conf, to: /conf}]}\n"
	files["conf/a"], files["conf/hidden"], files[".dockerignore"] = "a", "h", "conf/hidden\n"
	address := server.URL + "/stamped.git"
	dir := repository(t, files, address)
	git(t, dir, "tag", "--annotate", "--message=one", "v1")
	git(t, dir, "push", "--quiet", filepath.Join(root, "stamped.git"), "HEAD:refs/heads/main", "v1")

	name := ref(t)
	local := pushed(t, dir, name)
	for _, reference := range []string{"#main", "#v1"} {
		b := gohull(t, address+reference, "--provenance=false")
		b.Push = name
		if remote := succeed(t, b); remote.Digest != local.Digest {
			t.Errorf("%s gives %s, the checkout %s", reference, remote.Digest, local.Digest)
		}
	}
	im := pull(t, name)
	commit := git(t, dir, "rev-parse", "HEAD")
	if _, out := output(t, im); out != " "+commit[:7]+"\n" {
		t.Errorf("the program printed %q", out)
	}
	labels := config(t, im).Labels
	if labels["org.opencontainers.image.revision"] != commit || labels["org.opencontainers.image.source"] != strings.TrimSuffix(address, ".git") {
		t.Errorf("the labels are %q", labels)
	}
}
