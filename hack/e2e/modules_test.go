package e2e

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// TestProxyList goes on to the second proxy when the first does not have a
// module, and after a bar also when the first fails otherwise.
func TestProxyList(t *testing.T) {
	tests := []struct {
		status    int
		separator string
		goesOn    bool
	}{
		{http.StatusNotFound, ",", true},
		{http.StatusForbidden, "|", true},
		{http.StatusForbidden, ",", false},
	}
	for _, test := range tests {
		c := newCompany()
		var asked atomic.Int32
		first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			http.Error(w, "not here", test.status)
		}))
		defer first.Close()
		second := httptest.NewServer(c.modules)
		defer second.Close()
		b := plain(t, write(t, c.greeting(t, "modules: {proxy: \""+first.URL+test.separator+second.URL+"\"}\n")))
		r := run(t, b)
		if asked.Load() == 0 {
			t.Error("the first proxy was not asked")
		}
		stopped := strings.Contains(r.Text, ": reading "+first.URL+"/") && strings.Contains(r.Text, ": 403 Forbidden")
		if test.goesOn && r.Exit != 0 || !test.goesOn && !stopped {
			t.Errorf("the first of the proxies answers %d, %q follows: exit code %d, and this was printed:\n%s", test.status, test.separator, r.Exit, r.Text)
		}
	}
}

// TestVendored compiles without network: no proxy that it could ask is there.
func TestVendored(t *testing.T) {
	c := newCompany()
	project := c.greeting(t, "modules: {proxy: \"http://127.0.0.1:1\"}\n")
	vendored := c.project(map[string]string{
		"vendor/modules.txt":                "# example.com/greet v1.0.0\n## explicit; go 1.25\nexample.com/greet\n",
		"vendor/example.com/greet/greet.go": companyModules["example.com/greet@v1.0.0"]["greet.go"],
	})
	maps.Copy(project, vendored)
	b := plain(t, write(t, project))
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "hello from a private module\n")
}

// TestWorkspace builds a program of one module with another of the workspace
// and a directory that replaces a module.
func TestWorkspace(t *testing.T) {
	b := plain(t, write(t, map[string]string{
		"Dockerfile":         "main: ./app\n",
		"go.work":            "go " + goVersion() + "\n\nuse (\n\t./app\n\t./words\n)\n\nreplace example.com/greet => ./fork/greet\n",
		"app/go.mod":         goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n",
		"app/main.go":        "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/greet\"\n\t\"example.com/words\"\n)\n\nfunc main() { fmt.Println(greet.Hello(), words.Name) }\n",
		"words/go.mod":       goMod("example.com/words"),
		"words/words.go":     "package words\n\nconst Name = \"and a workspace\"\n",
		"fork/greet/go.mod":  goMod("example.com/greet"),
		"fork/greet/fork.go": "package greet\n\nfunc Hello() string { return \"hello from a fork\" }\n",
	}), "--build-arg=GOPROXY=off")
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "hello from a fork and a workspace\n")
}

// TestWorkspaceVendored builds a workspace that has one vendor directory for all
// its modules, as `go work vendor` makes it.
func TestWorkspaceVendored(t *testing.T) {
	c := newCompany()
	greet := companyModules["example.com/greet@v1.0.0"]
	b := plain(t, write(t, c.project(map[string]string{
		"Dockerfile":                        "main: ./app\nmodules: {proxy: \"http://127.0.0.1:1\"}\n",
		"go.work":                           "go " + goVersion() + "\n\nuse (\n\t./app\n\t./words\n)\n",
		"app/go.mod":                        goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n",
		"app/main.go":                       "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/greet\"\n\t\"example.com/words\"\n)\n\nfunc main() { fmt.Println(greet.Hello(), words.Name) }\n",
		"words/go.mod":                      goMod("example.com/words"),
		"words/words.go":                    "package words\n\nconst Name = \"and a workspace\"\n",
		"vendor/modules.txt":                "## workspace\n# example.com/greet v1.0.0\n## explicit; go 1.25\nexample.com/greet\n",
		"vendor/example.com/greet/greet.go": greet["greet.go"],
	})))
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "hello from a private module and a workspace\n")
}

// TestVendoredCached edits a project with a vendor directory. Steps that read the
// directory run again if something in it changed, and the compile if it needs that.
// Behind a symbolic link, the directory is read together with everything else,
// and the image is the same.
func TestVendoredCached(t *testing.T) {
	b := plain(t, write(t, map[string]string{
		"Dockerfile":                       "main: ./app\n",
		"README.md":                        t.TempDir(), // a text that no earlier build has had
		"go.mod":                           goMod("example.com/app") + "\nrequire example.com/greet v1.0.0\n\n// " + t.TempDir() + "\n",
		"app/main.go":                      "package main\n\nimport \"example.com/greet\"\n\nfunc main() { println(greet.Hello()) }\n",
		"vendor/modules.txt":               "# example.com/greet v1.0.0\n## explicit; go 1.25\nexample.com/greet\nexample.com/greet/other\n",
		"vendor/example.com/greet/g.go":    "package greet\n\nimport _ \"embed\"\n\n//go:embed words/hello.txt\nvar hello string\n\nfunc Hello() string { return hello }\n",
		"vendor/example.com/greet/other/o": "",
		"vendor/example.com/greet/words/hello.txt": "hello",
	}), "--provenance=false")
	b.Push = ref(t)
	const list, pick, compile = "list the packages of vendor", "pick vendored packages", "compile ./app for linux/amd64"
	first := succeed(t, b)
	prints(t, b.Push, "hello\n")
	for _, c := range []struct {
		edited, text string
		ran          []string
	}{
		{"README.md", "edited", nil},
		{"app/main.go", "package main\n\nimport \"example.com/greet\"\n\nfunc main() { println(greet.Hello() + \" again\") }\n", []string{compile}},
		{"vendor/example.com/greet/other/o.go", "package other\n", []string{list, pick}},
		{"vendor/example.com/greet/words/hello.txt", "hi", []string{list, pick, compile}},
	} {
		edit(t, b, map[string]string{c.edited: c.text})
		for name, cached := range cachedSteps(t, succeed(t, b), list, pick, compile) {
			if cached == slices.Contains(c.ran, name) {
				t.Errorf("after an edit of %s: %q is CACHED: %t", c.edited, name, cached)
			}
		}
	}
	prints(t, b.Push, "hi again\n")
	vendored := succeed(t, b)
	if vendored.Digest == first.Digest {
		t.Error("edits change nothing")
	}
	if err := os.Rename(filepath.Join(b.Dir, "vendor"), filepath.Join(b.Dir, "third_party")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("third_party", filepath.Join(b.Dir, "vendor")); err != nil {
		t.Fatal(err)
	}
	linked := succeed(t, b)
	if _, ok := linked.Vertex(pick); ok || linked.Digest != vendored.Digest {
		t.Errorf("behind a link, the directory is picked alone: %t; the digest is %s, want %s", ok, linked.Digest, vendored.Digest)
	}
}

// TestWithoutWorkspace builds modules of a repository that has a go.work for
// others: from the module's directory, or with the go.work hidden.
func TestWithoutWorkspace(t *testing.T) {
	dir := write(t, map[string]string{
		"Dockerfile":              "",
		"Dockerfile.dockerignore": "go.work\n",
		"go.work":                 "go 1.18\n\nuse ./gone\n",
		"go.mod":                  goMod("example.com/whole"),
		"main.go":                 "package main\n\nfunc main() { println(\"the root\") }\n",
		"tools/gen/Dockerfile":    "",
		"tools/gen/go.mod":        goMod("example.com/gen"),
		"tools/gen/main.go":       "package main\n\nfunc main() { println(\"a tool\") }\n",
	})
	for module, want := range map[string]string{".": "the root\n", "tools/gen": "a tool\n"} {
		b := plain(t, filepath.Join(dir, module))
		b.Push = ref(t)
		succeed(t, b)
		prints(t, b.Push, want)
	}
}

// TestServicesCached builds two services that are modules of their own and share a
// third, with an imported cache: what they compile travels in packs.
func TestServicesCached(t *testing.T) {
	shares := "\nrequire example.com/common v0.0.0\n\nreplace example.com/common => ../common\n"
	b := plain(t, write(t, map[string]string{
		"Dockerfile":       "images:\n  api: {main: ./api}\n  worker: {main: ./worker}\n",
		"common/go.mod":    goMod("example.com/common"),
		"common/common.go": "package common\n\nfunc Hello(name string) { println(\"hello from\", name) }\n",
		"api/go.mod":       goMod("example.com/api") + shares,
		"api/main.go":      "package main\n\nimport \"example.com/common\"\n\nfunc main() { common.Hello(\"api\") }\n",
		"worker/go.mod":    goMod("example.com/worker") + shares,
		"worker/main.go":   "package main\n\nimport \"example.com/common\"\n\nfunc main() { common.Hello(\"worker\") }\n",
	}))
	cached := append(b.Args, "--cache-from=type=registry,ref="+env(t, "REGISTRY")+"/e2e/servicescached:cache")
	for _, name := range []string{"api", "worker"} {
		b.Args, b.Push = append(slices.Clone(cached), "--target="+name), ref(t)
		succeed(t, b)
		prints(t, b.Push, "hello from "+name+"\n")
	}
}

// TestWorkspaceSums builds a workspace that needs the sum of a module that
// none of its members' go.sum has: together they use a newer one. The
// go.work.sum that go would write is not there.
func TestWorkspaceSums(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	b := plain(t, write(t, c.project(map[string]string{
		"Dockerfile":  "main: ./app\n",
		"go.work":     "go " + goVersion() + "\n\nuse (\n\t./app\n\t./lib\n)\n",
		"app/go.mod":  goMod("example.com/app") + "\nrequire example.com/middle v1.0.0\n\nrequire example.com/low v1.0.0 // indirect\n",
		"app/go.sum":  c.goSum(t, "example.com/low@v1.0.0", "example.com/low@v1.0.0/go.mod", "example.com/middle@v1.0.0", "example.com/middle@v1.0.0/go.mod"),
		"app/main.go": "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/middle\"\n)\n\nfunc main() { fmt.Println(middle.Low) }\n",
		"lib/go.mod":  goMod("example.com/lib") + "\nrequire example.com/other v1.0.0\n",
		"lib/go.sum":  c.goSum(t, "example.com/low@v1.1.0/go.mod", "example.com/other@v1.0.0", "example.com/other@v1.0.0/go.mod"),
		"lib/lib.go":  "package lib\n\nimport \"example.com/other\"\n\nconst Name = other.Name\n",
	})), append(p.secrets(), "--build-arg=GOPROXY="+p.URL, "--build-arg=GONOSUMDB=example.com")...)
	b.Push = ref(t)
	succeed(t, b)
	prints(t, b.Push, "low v1.1.0\n")
	if slices.ContainsFunc(p.requests(), func(path string) bool { return strings.HasPrefix(path, "/sumdb/") }) {
		t.Errorf("the checksum database was asked, want GONOSUMDB to keep the modules from it; requests: %q", p.requests())
	}
}
