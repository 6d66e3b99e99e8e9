package frontend

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/gohull/gohull/frontend/question"
)

// TestHashOfInputs: a hash changes with everything that can change the image, and with
// nothing else. What the files of the context have to do with it is tested in package
// manifest: here, the step always finds the same.
func TestHashOfInputs(t *testing.T) {
	const spec = "base: alpine\nmain: .\n"
	before := hashOf(t, spec, nil)
	for _, c := range []struct {
		name, spec string
		opts       map[string]string
		changes    bool
	}{
		{"a comment", "# a comment\nbase: alpine # x\nmain: .\n", nil, false},
		{"a default that is written", spec + "run: {user: nonroot}\n", nil, false},
		{"a key", spec + "run: {env: {A: b}}\n", nil, true},
		{"flags", spec + "build: {tags: [netgo]}\n", nil, true},
		{"another base", "base: distroless\nmain: .\n", nil, true},
		{"files", spec + "run: {files: [{to: /data}]}\n", nil, true},
		{"a platform more", spec, map[string]string{"platform": "linux/amd64,linux/arm64"}, true},
		{"checks", spec + "checks: [vet]\n", nil, false},
		{"packs", spec + "cache: pack\n", nil, false},
		{"a cache", spec, map[string]string{"cache-imports": `[{"Type":"registry","Attrs":{"ref":"registry.example/cache"}}]`}, false},
		{"a name", spec + "image: {name: registry.example/x, tags: [v1]}\n", nil, false},
		{"an annotation", spec + "image: {annotations: {a: b}}\n", nil, true},
		{"a commit", spec, map[string]string{"vcs:revision": "0123456789abcdef0123456789abcdef01234567", "vcs:source": "https://git.example/a.git"}, false},
		{"a stamp without use", spec, map[string]string{"build-arg:VERSION": "v1.2.3"}, false},
		{"a stamp that is used", spec + "build: {ldflags: \"-X main.v={{.Version}}\"}\n", map[string]string{"build-arg:VERSION": "v1.2.3"}, true},
		{"a label of the command line", spec, map[string]string{"label:a": "b"}, true},
		{"a flag that says where steps run", spec, map[string]string{"add-hosts": "a=10.0.0.1", "ulimit": "nofile=1:1"}, false},
		{"a nonce", spec, map[string]string{"build-arg:RERUN": "1", "no-cache": ""}, false},
		{"a time", spec, map[string]string{"build-arg:SOURCE_DATE_EPOCH": "1"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if after := hashOf(t, c.spec, c.opts); (after != before) != c.changes {
				t.Errorf("the hash was %s and is %s", before, after)
			}
		})
	}
}

// TestHashOfOneImage: an image that is added to a file changes no other.
func TestHashOfOneImage(t *testing.T) {
	const one = "images:\n  a: {main: .}\n"
	if before, after := hashOf(t, one, nil), hashOf(t, one+"  b: {main: ., base: alpine, build: {files: [go.mod]}}\n", nil); before != after {
		t.Errorf("the hash was %s and is %s", before, after)
	}
}

// hashOf returns the hash of the first image of a spec.
func hashOf(t *testing.T, spec string, opts map[string]string) string {
	t.Helper()
	files := maps.Clone(hello)
	files["Dockerfile"] = "# syntax=registry.example/gohull:1\n" + spec
	g := &fakeGateway{files: mapFS(files), opts: map[string]string{question.Key: question.Prefix + "inputs"}}
	maps.Copy(g.opts, opts)
	res, err := unreleased.Build(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	var all []struct{ Hash string }
	if err := json.Unmarshal(res.Metadata[question.JSON], &all); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(all, func(i struct{ Hash string }) bool { return i.Hash != "" }) {
		t.Fatalf("no hash in %s", res.Metadata[question.JSON])
	}
	return all[0].Hash
}
