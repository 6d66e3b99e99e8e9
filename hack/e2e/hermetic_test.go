package e2e

import (
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

const modulesStep = "fetch the modules of app"

// offline is a build whose modules come from a proxy that is gone when the
// second build begins.
func offline(t testing.TB, c company, project map[string]string) (b buildx.Build, gone func()) {
	t.Helper()
	proxy := httptest.NewServer(c.modules)
	t.Cleanup(proxy.Close)
	b = plain(t, write(t, project), "--build-arg=GOPROXY="+proxy.URL, "--provenance=false")
	b.Push = ref(t)
	return b, proxy.Close
}

// edit changes files of a build's context.
func edit(t testing.TB, b buildx.Build, files map[string]string) {
	t.Helper()
	for name, data := range files {
		file := filepath.Join(b.Dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPruned builds an edit after the builder has dropped its cache mounts,
// and with the module proxy gone: the modules are the output of a step, not
// what happens to be in a mount.
func TestPruned(t *testing.T) {
	t.Parallel()
	c := newCompany()
	b, gone := offline(t, c, c.greeting(t, ""))
	b.Builder = node(t, "pruned", "")
	succeed(t, b)
	gone()
	prune := exec.Command("docker-buildx", "prune", "--builder="+b.Builder, "--force", "--filter=type=exec.cachemount")
	if out, err := prune.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", prune, err, out)
	}
	edit(t, b, c.project(map[string]string{
		"main.go": "package main\n\nimport \"example.com/greet\"\n\nfunc main() { print(greet.Hello(), `, offline`) }\n",
	}))
	r := succeed(t, b)
	if v, ok := r.Vertex(modulesStep); !ok || !v.Cached {
		t.Errorf("%s is %+v, want it CACHED", modulesStep, v)
	}
	prints(t, b.Push, "hello from a private module, offline")
}

// TestImports edits source and looks whether modules are fetched again: only
// another import of theirs makes that necessary.
func TestImports(t *testing.T) {
	t.Parallel()
	c := newCompany()
	project := map[string]string{
		"Dockerfile": "",
		"go.mod":     goMod("example.com/app") + "\nrequire (\n\texample.com/low v1.1.0\n\texample.com/other v1.0.0\n)\n",
		"go.sum": c.goSum(t, "example.com/low@v1.1.0", "example.com/low@v1.1.0/go.mod",
			"example.com/other@v1.0.0", "example.com/other@v1.0.0/go.mod"),
		"main.go": "package main\n\nimport _ \"example.com/other\"\n\nfunc main() {}\n",
	}
	b, _ := offline(t, c, c.project(project))
	succeed(t, b)
	for _, step := range []struct {
		what    string
		main    string
		fetches bool
	}{
		{"another statement", "package main\n\nimport _ \"example.com/other\"\n\nfunc main() { print(1) }\n", false},
		{"another package of the standard library", "package main\n\nimport (\n\t_ \"os\"\n\n\t_ \"example.com/other\"\n)\n\nfunc main() {}\n", false},
		{"a package of its own", "package main\n\nimport (\n\t_ \"example.com/app/own\"\n\t_ \"example.com/other\"\n)\n\nfunc main() {}\n", false},
		{"another package of the same module", "package main\n\nimport _ \"example.com/other/more\"\n\nfunc main() {}\n", true},
		{"the first package again", project["main.go"], false},
	} {
		edit(t, b, c.project(map[string]string{"main.go": step.main, "own/own.go": "package own\n"}))
		r := succeed(t, b)
		if v, ok := r.Vertex(modulesStep); !ok || v.Cached == step.fetches {
			t.Errorf("with %s, the step that fetches modules is %+v, want it to run: %v", step.what, v, step.fetches)
		}
	}
}

// TestForkBelow replaces a module by a directory that the program itself does
// not import: another module does. What the directory needs is found out, and
// nothing else of the directory counts.
func TestForkBelow(t *testing.T) {
	t.Parallel()
	c := newCompany()
	b, _ := offline(t, c, c.project(map[string]string{
		"Dockerfile": "",
		"go.mod": goMod("example.com/app") + "\nrequire example.com/middle v1.0.0\n\n" +
			"require (\n\texample.com/greet v1.0.0 // indirect\n\texample.com/low v1.0.0 // indirect\n)\n\nreplace example.com/low => ./fork\n",
		"go.sum": c.goSum(t, "example.com/middle@v1.0.0", "example.com/middle@v1.0.0/go.mod",
			"example.com/greet@v1.0.0", "example.com/greet@v1.0.0/go.mod"),
		"main.go":          "package main\n\nimport \"example.com/middle\"\n\nfunc main() { print(middle.Low) }\n",
		"fork/go.mod":      goMod("example.com/low") + "\nrequire example.com/greet v1.0.0\n",
		"fork/low.go":      "package low\n\nimport (\n\t\"example.com/low/word\"\n\t_ \"example.com/greet\"\n)\n\nconst Version = word.Version\n",
		"fork/word/w.go":   "package word\n\nconst Version = \"low of the fork\"\n",
		"fork/idle/i.go":   "package idle\n",
		"fork/low_test.go": "package low\n",
	}))
	first := succeed(t, b)
	prints(t, b.Push, "low of the fork")

	edit(t, b, map[string]string{"fork/idle/i.go": "package idle\n\nconst Idle = 1\n", "fork/low_test.go": "package low\n\n// edited\n"})
	again := succeed(t, b)
	if v, _ := again.Vertex("compile app"); !v.Cached || again.Digest != first.Digest {
		t.Errorf("an edit of what is not imported: compile is %+v, digest %s, then %s", v, first.Digest, again.Digest)
	}

	edit(t, b, map[string]string{"fork/word/w.go": "package word\n\nconst Version = \"low of another fork\"\n"})
	succeed(t, b)
	prints(t, b.Push, "low of another fork")
}

// TestAmbiguous imports a package whose path could be of two modules: the go
// command looks into both, and only one has it.
func TestAmbiguous(t *testing.T) {
	t.Parallel()
	c := newCompany()
	c.modules = maps.Clone(c.modules)
	c.modules[c.unique.Replace("example.com/greet/deep@v1.0.0")] = c.project(map[string]string{
		"go.mod":  "module example.com/greet/deep\n\ngo 1.25\n",
		"deep.go": "package deep\n\nconst Text = \"deep\"\n",
	})
	b, _ := offline(t, c, c.project(map[string]string{
		"Dockerfile": "",
		"go.mod":     goMod("example.com/app") + "\nrequire (\n\texample.com/greet v1.0.0\n\texample.com/greet/deep v1.0.0\n)\n",
		"go.sum": c.goSum(t, "example.com/greet@v1.0.0", "example.com/greet@v1.0.0/go.mod",
			"example.com/greet/deep@v1.0.0", "example.com/greet/deep@v1.0.0/go.mod"),
		"main.go": "package main\n\nimport \"example.com/greet/deep\"\n\nfunc main() { print(deep.Text) }\n",
	}))
	succeed(t, b)
	prints(t, b.Push, "deep")
}

// TestSharedBuilder builds two programs that use different packages of one
// module, one after the other: what the go command remembers of the module
// from the first must not hide the package from the second.
func TestSharedBuilder(t *testing.T) {
	t.Parallel()
	c := newCompany()
	app := func(importPath string) map[string]string {
		return c.project(map[string]string{
			"Dockerfile": "",
			"go.mod":     goMod("example.com/app") + "\nrequire (\n\texample.com/low v1.1.0\n\texample.com/other v1.0.0\n)\n",
			"go.sum": c.goSum(t, "example.com/low@v1.1.0", "example.com/low@v1.1.0/go.mod",
				"example.com/other@v1.0.0", "example.com/other@v1.0.0/go.mod"),
			"main.go": "package main\n\nimport _ \"" + importPath + "\"\n\nfunc main() {}\n",
		})
	}
	for _, importPath := range slices.Repeat([]string{"example.com/other", "example.com/other/more"}, 2) {
		b, _ := offline(t, c, app(importPath))
		succeed(t, b)
	}
}
