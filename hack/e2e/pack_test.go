package e2e

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

const (
	dependenciesStep = "compile what app imports for linux/amd64"
	standardStep     = "compile the standard library that app imports for linux/amd64"
	appStep          = "compile app for linux/amd64"
)

// travelling is a program with a dependency, a package of its own, and little
// of the standard library, which takes its time.
func (c company) travelling(t testing.TB, spec string) map[string]string {
	t.Helper()
	project := c.greeting(t, spec)
	maps.Copy(project, c.project(map[string]string{
		"main.go":    "package main\n\nimport (\n\t\"example.com/app/own\"\n\t\"example.com/greet\"\n)\n\nfunc main() { print(greet.Hello(), own.Text) }\n",
		"own/own.go": "package own\n\nconst Text = \"\"\n",
	}))
	return project
}

// edited is another text of main.go.
func (c company) edited(text string) map[string]string {
	return c.project(map[string]string{
		"main.go": "package main\n\nimport (\n\t\"example.com/app/own\"\n\t\"example.com/greet\"\n)\n\nfunc main() { print(greet.Hello(), own.Text, `" + text + "`) }\n",
	})
}

// compiled is what the compile step said it compiled.
func compiled(t testing.TB, r buildx.Result) string {
	t.Helper()
	v, ok := r.Vertex(appStep)
	if !ok || !v.Ran() {
		t.Fatalf("%s did not run: %+v", appStep, v)
	}
	lines := strings.Split(strings.TrimSpace(v.Log), "\n")
	return lines[len(lines)-1]
}

// TestCacheTravels builds on one machine, and an edit on another that knows
// nothing but the cache that the first one exported: only what was edited is
// compiled.
func TestCacheTravels(t *testing.T) {
	t.Parallel()
	c := newCompany()
	b, _ := offline(t, c, c.travelling(t, ""))
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/cachetravels:cache"
	plain := b.Args

	b.Args = append(plain, "--cache-from="+cache, "--cache-to="+cache+",mode=max,compression=zstd")
	first := succeed(t, b)
	for _, name := range []string{modulesStep, dependenciesStep, appStep} {
		if v, ok := first.Vertex(name); !ok || !v.Ran() {
			t.Errorf("on the first machine, %s is %+v, want it to run", name, v)
		}
	}
	if _, ok := first.Vertex(standardStep); !ok { // other tests may have made it
		t.Errorf("on the first machine, there is no step %s", standardStep)
	}

	b.Builder = node(t, "travels-to", "")
	b.Args = append(plain, "--cache-from="+cache)
	same := succeed(t, b)
	if ran := same.Steps(); len(ran) > 0 || same.Digest != first.Digest {
		t.Errorf("on the second machine, %q ran, want all CACHED; digest %s, then %s", ran, first.Digest, same.Digest)
	}

	edit(t, b, c.edited("edited"))
	r := succeed(t, b)
	slim := "copy what compiles need of the go" + goVersion() + " image"
	for _, name := range []string{modulesStep, dependenciesStep, standardStep, slim} {
		if v, ok := r.Vertex(name); !ok || !v.Cached {
			t.Errorf("after an edit, %s is %+v, want it CACHED", name, v)
		}
	}
	if got := compiled(t, r); got != "compiled 1 package" {
		t.Errorf("after an edit, it %s, want main alone", got)
	}
	prints(t, b.Push, "hello from a private moduleedited")
}

// TestChecksTravel has an edit checked on a machine that knows nothing but the
// cache of another one: what was compiled there is unpacked here.
func TestChecksTravel(t *testing.T) {
	t.Parallel()
	c := newCompany()
	project := c.travelling(t, "checks: [vet, test]\n")
	project["app_test.go"] = c.unique.Replace("package main\n\nimport (\n\t\"testing\"\n\n\t\"example.com/greet\"\n)\n\nfunc TestGreet(t *testing.T) { t.Log(greet.Hello()) }\n")
	b, _ := offline(t, c, project)
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/checkstravel:cache"
	plain := b.Args
	b.Args = append(plain, "--cache-from="+cache, "--cache-to="+cache+",mode=max")
	first := succeed(t, b)

	b.Builder = node(t, "checks-travel-to", "")
	b.Args = append(plain, "--cache-from="+cache)
	same := succeed(t, b)
	for name, isCached := range cachedSteps(t, same, "check vet", "check test", appStep) {
		if !isCached {
			t.Errorf("on the second machine, %s ran", name)
		}
	}
	if same.Digest != first.Digest {
		t.Errorf("the second machine made %s, want %s", same.Digest, first.Digest)
	}

	edit(t, b, c.edited("edited"))
	r := succeed(t, b)
	for _, name := range []string{dependenciesStep, "compile what all packages and their tests import"} {
		if v, ok := r.Vertex(name); !ok || !v.Cached {
			t.Errorf("after an edit, %s is %+v, want it CACHED", name, v)
		}
	}
	if v, ok := r.Vertex("check test"); !ok || !strings.Contains(v.Log, "from 2 packs") {
		t.Errorf("the tests are %+v, want them to unpack two packs", v)
	}
	// Packs are unpacked where they are needed, and never into a cache that
	// steps share.
	for name, packs := range map[string]string{appStep: "from 3 packs", "check vet": "from 4 packs"} {
		if v, ok := r.Vertex(name); !ok || !strings.Contains(v.Log, packs) {
			t.Errorf("%s is %+v, want it to unpack objects %s", name, v, packs)
		}
	}
}

// TestPackKeys edits source where packs are asked for, and looks which of
// them are made again.
func TestPackKeys(t *testing.T) {
	c := newCompany()
	b, _ := offline(t, c, c.travelling(t, "cache: pack\n"))
	succeed(t, b)
	project := "package main\n\nimport (\n\t_ \"example.com/app/own\"\n\t_ \"example.com/greet\"\n%s)\n\nfunc main() {}\n"
	for _, step := range []struct {
		imports                string
		dependencies, standard bool // whether they are compiled again
	}{
		{"", false, false},
		{"\t_ \"errors\"\n", false, true},
		{"\t_ \"example.com/app/more\"\n\t_ \"errors\"\n", false, false},
	} {
		edit(t, b, c.project(map[string]string{
			"main.go":      strings.Replace(project, "%s", step.imports, 1),
			"more/more.go": "package more\n",
		}))
		r := succeed(t, b)
		for name, runs := range map[string]bool{dependenciesStep: step.dependencies, standardStep: step.standard} {
			if v, ok := r.Vertex(name); !ok || v.Cached == runs {
				t.Errorf("with the imports %q, %s is %+v, want it to run: %v", step.imports, name, v, runs)
			}
		}
	}
}

// TestSeed starts a machine that has no cache at all with the objects of
// another one's build, from an image and from a directory.
func TestSeed(t *testing.T) {
	t.Parallel()
	c := newCompany()
	b, _ := offline(t, c, c.travelling(t, ""))
	plain := b.Args
	seed := env(t, "REGISTRY") + "/e2e/seed:gocache"
	both := []string{"--platform=linux/amd64,linux/arm64"}

	b.Push, b.Args = seed, append(plain, "--target=gocache")
	succeed(t, b)
	exported := t.TempDir()
	b.Push, b.Args = "", append(append(plain, both...), "--target=gocache", "--output="+exported)
	succeed(t, b)
	for _, name := range []string{"linux_amd64/objects.tar.zst", "linux_arm64/objects.tar.zst"} {
		if _, err := os.Stat(filepath.Join(exported, name)); err != nil {
			t.Error(err)
		}
	}

	b.Push = ref(t)
	for name, context := range map[string]string{"seed-image": "docker-image://" + seed, "seed-files": exported} {
		b.Builder = node(t, name, "")
		b.Args = append(plain, "--build-context=gocache="+context)
		edit(t, b, c.edited(name))
		if got := compiled(t, succeed(t, b)); got != "compiled 1 package" {
			t.Errorf("with %s, it %s, want the one that was edited alone", name, got)
		}
		prints(t, b.Push, "hello from a private module"+name)
	}
}

// grouped is a program whose own packages are in four groups: those in low, which
// the others need parts of, and those in top, side and high that import them.
func (c company) grouped(t testing.TB, spec string) map[string]string {
	t.Helper()
	project := c.travelling(t, spec)
	imports := map[string][]string{
		"low/a": nil, "low/b": nil, "low/c": nil,
		"top/a": {"low/a"}, "top/b": {"low/b"}, "top/c": nil,
		"side/a": {"low/a"}, "side/b": {"low/a"}, "high/a": {"top/b"}, "high/b": {"side/a"},
	}
	main := "package main\n\nimport (\n\t\"example.com/app/own\"\n\t\"example.com/greet\"\n"
	for _, dir := range slices.Sorted(maps.Keys(imports)) {
		text := "package " + path.Base(dir) + "\n"
		for _, name := range imports[dir] {
			text += "\nimport _ \"example.com/app/" + name + "\"\n"
		}
		maps.Copy(project, c.project(map[string]string{dir + "/x.go": text}))
		main += "\t_ \"example.com/app/" + dir + "\"\n"
	}
	// A file that is too large for the archive of a group.
	maps.Copy(project, c.project(map[string]string{
		"low/a/x.go":     "package a\n\nimport _ \"embed\"\n\n//go:embed data.txt\nvar Data string\n",
		"low/a/data.txt": strings.Repeat("data\n", 20_000),
	}))
	maps.Copy(project, c.project(map[string]string{"main.go": main + ")\n\nfunc main() { print(greet.Hello(), own.Text) }\n"}))
	return project
}

// TestGroupsTravel has an edit built on a machine that knows nothing but the cache
// of another one. Of the project's own packages, only groups that depend on the
// edited one are compiled again, and the image is the same as without groups.
func TestGroupsTravel(t *testing.T) {
	t.Parallel()
	c := newCompany()
	b, _ := offline(t, c, c.grouped(t, ""))
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/groupstravel:cache"
	plain := b.Args
	b.Args = append(plain, "--cache-from="+cache, "--cache-to="+cache+",mode=max")
	succeed(t, b)

	b.Builder = node(t, "groups-travel-to", "")
	b.Args = append(plain, "--cache-from="+cache)
	edit(t, b, c.project(map[string]string{"low/b/x.go": "package b\n\nfunc init() { print(`edited `) }\n"}))
	r := succeed(t, b)
	group := func(name string) string { return "compile packages in ./" + name + " for linux/amd64" }
	for name, runs := range map[string]bool{
		group("low"): true, group("top, rank 1,"): true, group("high, rank 2,"): true,
		group("side, rank 1,"): false, "compile packages in . for linux/amd64": false, dependenciesStep: false,
	} {
		if v, ok := r.Vertex(name); !ok || v.Cached == runs {
			t.Errorf("after an edit of low/b, %s is %+v, want it to run: %v", name, v, runs)
		}
	}
	if got := compiled(t, r); got != "compiled 1 package" {
		t.Errorf("after an edit, it %s, want main alone", got)
	}
	prints(t, b.Push, "edited hello from a private module")

	edit(t, b, map[string]string{"Dockerfile": "cache: mount\n"})
	if other := succeed(t, b); other.Digest != r.Digest {
		t.Errorf("without packs, the digest is %s, want %s", other.Digest, r.Digest)
	}
}

// layered returns a project of two directories with twenty packages each, and six with
// two each. Each package of the second imports all of the first, and those of the six all
// of the second. The first package imports a vendored one.
func layered() map[string]string {
	files := map[string]string{
		"Dockerfile":                    "test: {race: false}\n",
		"go.mod":                        goMod("example.com/layered") + "\nrequire example.com/dep v1.0.0\n",
		"low/low00/dep.go":              "package low00\n\nimport _ \"example.com/dep\"\n",
		"vendor/modules.txt":            "# example.com/dep v1.0.0\n## explicit\nexample.com/dep\n",
		"vendor/example.com/dep/dep.go": "package dep\n",
	}
	var below []string
	for _, layer := range []string{"low", "mid", "top0", "top1", "top2", "top3", "top4", "top5"} {
		imports, sum, own, count := "", "1", []string{}, 20
		if strings.HasPrefix(layer, "top") {
			count = 2
		}
		for _, dir := range below {
			imports += "import \"example.com/layered/" + dir + "\"\n"
			sum += " + " + path.Base(dir) + ".Sum()"
		}
		for i := range count {
			name := fmt.Sprintf("%s%02d", layer, i)
			dir := layer + "/" + name
			files[dir+"/sum.go"] = "package " + name + "\n\n" + imports + "\nfunc Sum() int { return " + sum + " }\n"
			own = append(own, dir)
		}
		files[own[0]+"/sum_test.go"] = "package " + path.Base(own[0]) + "\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tt.Log(Sum())\n}\n"
		if count > 2 {
			below = own
		}
	}
	return files
}

// TestOwnPacksOfTests has an edit tested on a machine that knows nothing but the cache of
// another one. Groups of tests begin with packs of what they import of the project, so
// that only what depends on the edited package is compiled again, once for all.
func TestOwnPacksOfTests(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, layered()), "--target=test", "--output=type=cacheonly")
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/ownpacks:cache"
	plain := b.Args
	b.Args = append(slices.Clone(plain), "--cache-from="+cache, "--cache-to="+cache+",mode=max")
	succeed(t, b)

	b.Builder = node(t, "own-packs", "")
	b.Args = append(slices.Clone(plain), "--cache-from="+cache)
	low, mid := "compile packages in ./low for tests", "compile packages in ./mid, rank 1, for tests"
	tests := func(layer, more string) string {
		return "check test ./" + layer + "/" + layer + "00 and " + more + " more"
	}
	testLow, testMid, testTop, testOther := tests("low", "19"), tests("mid", "19"), tests("top0", "1"), tests("top1", "1")
	for _, c := range []struct {
		edited, text string
		runs         []string
	}{
		{"mid/mid07/edit.go", "package mid07\n\nfunc init() { print(`edited`) }\n", []string{mid, testMid, testTop, testOther}},
		{"top0/top000/more_test.go", "package top000\n\nfunc init() { print(`edited`) }\n", []string{testTop}},
		{"top1/top101/edit.go", "package top101\n\nfunc init() { print(`edited`) }\n", []string{testOther}},
	} {
		edit(t, b, map[string]string{c.edited: c.text})
		r := succeed(t, b)
		for _, name := range []string{low, mid, testLow, testMid, testTop, testOther} {
			if v, ok := r.Vertex(name); !ok || v.Ran() != slices.Contains(c.runs, name) {
				t.Errorf("after an edit of %s, %s is %+v, want these to run: %q", c.edited, name, v, c.runs)
			}
		}
	}
}
