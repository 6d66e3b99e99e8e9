package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// services are three programs of one module. api needs a module and a package of its
// own, and shares a package with web. worker needs nothing.
func services(t testing.TB) map[string]string {
	return map[string]string{
		"Dockerfile": spec3(t, ""),
		"go.mod":     goMod("example.com/services") + "\nrequire github.com/google/uuid v1.6.0\n",
		"go.sum":     "github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=\ngithub.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=\n",

		"cmd/api/main.go":    "package main\n\nimport (\n\t\"example.com/services/leaf\"\n\t\"example.com/services/shared\"\n\t\"github.com/google/uuid\"\n)\n\nfunc main() { println(leaf.Text, shared.Text(), uuid.Nil.String()) }\n",
		"cmd/web/main.go":    "package main\n\nimport \"example.com/services/shared\"\n\nvar edition string\n\nfunc main() { println(shared.Text(), edition) }\n",
		"cmd/worker/main.go": "package main\n\nfunc main() { println(\"worker\") }\n",
		"leaf/leaf.go":       "package leaf\n\nconst Text = \"leaf\"\n",
		"shared/shared.go":   "package shared\n\n// Text is shared.\nfunc Text() string { return \"shared\" }\n",
		"config/web.yml":     "a: b\n",
	}
}

func spec3(t testing.TB, key string) string {
	return syntaxLine(t) + `base: scratch
args: {EDITION: oss}
images:
  api: {main: ./cmd/api}
  web:
    main: ./cmd/web
    build: {ldflags: "-X main.edition={{.Args.EDITION}}"}
    run: {files: [{from: config, to: /etc/web}]` + key + `}
  worker: {main: ./cmd/worker}
`
}

// TestInputs compares hashes with digests: both are found before and after edits. If
// the hash of an image stays, so does its digest.
func TestInputs(t *testing.T) {
	dir := write(t, services(t))
	sums := services(t)["go.sum"] + "golang.org/x/sync v0.23.0 h1:KameEIfc1IkluZyXWLn39Wd4tURc6GbCiISGiZm2bQk=\ngolang.org/x/sync v0.23.0/go.mod h1:sUUOizhqBxiL6pEWpqNLUiaJn1ShEbZ6BBqskPbjZm0=\n"
	hashes, digests := hashesOf(t, dir), digestsOf(t, dir)
	for _, c := range []struct {
		name    string
		files   map[string]string
		arg     string
		changed string // images with another hash and another digest
		hash    string // those with another hash and the same digest
	}{
		{name: "a README and a test", files: map[string]string{"README.md": "# Services\n", "cmd/api/main_test.go": "package main\n"}},
		{name: "a package of api", files: map[string]string{"leaf/leaf.go": "package leaf\n\nconst Text = \"another leaf\"\n"}, changed: "api"},
		{name: "a shared package", files: map[string]string{"shared/shared.go": "package shared\n\n// Text is shared.\nfunc Text() string { return \"others\" }\n"}, changed: "api web"},
		{name: "a comment", files: map[string]string{"shared/shared.go": "package shared\n\n// Text is a text.\nfunc Text() string { return \"others\" }\n"}, hash: "api web"},
		{name: "a requirement that nothing needs", files: map[string]string{"go.mod": services(t)["go.mod"] + "\nrequire golang.org/x/sync v0.23.0\n", "go.sum": sums}},
		{name: "a file of web", files: map[string]string{"config/web.yml": "a: c\n"}, changed: "web"},
		{name: "a key of web", files: map[string]string{"Dockerfile": spec3(t, ", env: {A: b}")}, changed: "web"},
		{name: "a comment in the spec", files: map[string]string{"Dockerfile": spec3(t, ", env: {A: b}") + "# three services\n"}},
		{name: "a build arg", arg: "EDITION=ent", changed: "web"},
	} {
		edit(t, buildx.Build{Dir: dir}, c.files)
		var args []string
		if c.arg != "" {
			args = append(args, "--build-arg="+c.arg)
		}
		newHashes, newDigests := hashesOf(t, dir, args...), digestsOf(t, dir, args...)
		if got, want := differing(hashes, newHashes), strings.Fields(c.changed+" "+c.hash); !slices.Equal(got, want) {
			t.Errorf("%s: the hashes of %q changed, want %q", c.name, got, want)
		}
		if got, want := differing(digests, newDigests), strings.Fields(c.changed); !slices.Equal(got, want) {
			t.Errorf("%s: the digests of %q changed, want %q", c.name, got, want)
		}
		hashes, digests = newHashes, newDigests
	}
	want := "\tDockerfile\n\tcmd/api/main.go\n\tgo.mod\n\tgo.sum\n\tleaf/leaf.go\n\tshared/shared.go\nweb sha256:"
	if text := answer(t, "inputs", dir); !strings.Contains(text, want) {
		t.Errorf("no lines\n%s\nin\n%s", want, text)
	}
}

// hashesOf returns what --call=inputs says of each image.
func hashesOf(t *testing.T, dir string, args ...string) map[string]string {
	t.Helper()
	var all []struct{ Image, Hash string }
	if err := json.Unmarshal([]byte(answer(t, "inputs,format=json", dir, args...)), &all); err != nil {
		t.Fatal(err)
	}
	hashes := map[string]string{}
	for _, i := range all {
		hashes[i.Image] = i.Hash
	}
	return hashes
}

// digestsOf builds and pushes all images, and returns their digests.
func digestsOf(t *testing.T, dir string, args ...string) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "docker-bake.json")
	if err := os.WriteFile(file, []byte(answer(t, "bake", dir, args...)), 0o644); err != nil {
		t.Fatal(err)
	}
	b := buildx.Build{Bake: file, Args: []string{"--push", "--provenance=false", "--set=*.context=" + dir, "--allow=fs.read=" + dir}}
	names := []string{"api", "web", "worker"}
	for _, name := range names {
		b.Args = append(b.Args, "--set="+name+".tags="+imageRoot(t)+"/"+name+":1")
	}
	if ca := os.Getenv("GOHULL_CA"); ca != "" {
		b.Args = append(b.Args, "--set=*.secrets=id=ca,src="+ca, "--allow=fs.read="+ca)
	}
	succeed(t, b)
	digests := map[string]string{}
	for _, name := range names {
		d, err := pull(t, imageRoot(t)+"/"+name+":1").Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests[name] = d.String()
	}
	return digests
}

// differing returns the names whose values differ, sorted.
func differing(before, after map[string]string) []string {
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			names = append(names, name)
		}
	}
	return names
}
