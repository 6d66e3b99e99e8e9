package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// checked is a project with one dependency that passes all checks.
func checked(spec string) map[string]string {
	project := maps.Clone(numbered)
	project["Dockerfile"] = spec
	project["main_test.go"] = `package main

import (
	"net"
	"os"
	"testing"
)

func TestServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

func TestData(t *testing.T) {
	for _, name := range []string{"testdata/a.txt", "docs/page.md"} {
		if _, err := os.ReadFile(name); err != nil {
			t.Error(err)
		}
	}
}
`
	project["testdata/a.txt"] = "a\n"
	project["docs/page.md"] = "a page\n"
	return project
}

// cachedSteps tells of steps whether they are CACHED.
func cachedSteps(t testing.TB, r buildx.Result, names ...string) map[string]bool {
	t.Helper()
	got := map[string]bool{}
	for _, name := range names {
		v, ok := r.Vertex(name)
		if !ok {
			t.Errorf("there is no step %q", name)
		}
		got[name] = v.Cached
	}
	return got
}

// TestChecks builds with checks and without: one image. Verdicts are CACHED
// when nothing changed that they are about.
func TestChecks(t *testing.T) {
	t.Parallel()
	project := checked("")
	own := t.TempDir() // a text that no earlier build has had
	project["go.mod"] += "\n// " + own + "\n"
	b := gohull(t, write(t, project), "--provenance=false")
	b.Push = ref(t)
	without := succeed(t, b)
	edit(t, b, map[string]string{"Dockerfile": "checks: [tidy, fmt, verify, vet, test]\ntest: {files: [docs]}\n"})
	with := succeed(t, b)
	if with.Digest != without.Digest {
		t.Errorf("the image is %s with checks, and %s without", with.Digest, without.Digest)
	}
	if ran := succeed(t, b).Steps(); len(ran) > 0 {
		t.Errorf("ran %q again, want all CACHED", ran)
	}
	for _, c := range []struct {
		file, data string
		reruns     []string
	}{
		{"main.go", strings.Replace(numbered["main.go"], "println(", "println(`"+own+"`, ", 1), []string{"check fmt", "check vet", "check test"}},
		{"README.md", own, nil},
		{"testdata/a.txt", own, []string{"check test"}},
		{"docs/page.md", own, []string{"check test"}},
		{"extra_test.go", "package main\n\nimport _ \"github.com/google/uuid\"\n\n// " + own + "\n", []string{"check tidy", "check fmt", "check vet", "check test"}},
		{"go.mod", project["go.mod"] + "// edited\n", []string{"check tidy", "check verify", "check vet", "check test"}},
	} {
		edit(t, b, map[string]string{c.file: c.data})
		for name, isCached := range cachedSteps(t, succeed(t, b), "check tidy", "check fmt", "check verify", "check vet", "check test") {
			if isCached == slices.Contains(c.reruns, name) {
				t.Errorf("an edit of %s: %s is CACHED: %v, want it to rerun: %q", c.file, name, isCached, c.reruns)
			}
		}
	}
}

// TestChecksFail has everything wrong that can be. All of it is reported with
// its lines, and nothing is pushed.
func TestChecksFail(t *testing.T) {
	project := checked("checks: [tidy, fmt, verify]\n")
	project["go.mod"] = strings.Replace(project["go.mod"], "uuid v1.6.0", "uuid v1.6.0 // indirect", 1)
	project["go.sum"] = strings.SplitAfter(project["go.sum"], "\n")[0]
	project["main.go"] = strings.Replace(project["main.go"], "println(", "printn(", 1)
	project["main_test.go"] = strings.Replace(project["main_test.go"], "\tl.Close()", "  l.Close()", 1)
	b := gohull(t, write(t, project))
	b.Push = ref(t)
	r := run(t, b)
	if r.Exit == 0 {
		t.Fatal("the build worked")
	}
	for _, want := range []string{
		"check tidy failed\n",
		`go.mod:5: found "require github.com/google/uuid v1.6.0 // indirect", wanted "require github.com/google/uuid v1.6.0"`,
		"check fmt failed\n",
		"main_test.go:14: not as gofmt formats it; to have it written: docker buildx build --target fmt -o . .",
		"check verify failed\n",
		"go.mod:5: go.sum has no checksum of github.com/google/uuid@v1.6.0",
		">>> require github.com/google/uuid v1.6.0 // indirect\n",
	} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("this was printed, without %q:\n%s", want, r.Text)
		}
	}
}

// TestTidyTarget corrects what the check finds.
func TestTidyTarget(t *testing.T) {
	project := checked("checks: [tidy]\n")
	project["go.mod"] = goMod("example.com/numbered")
	project["go.sum"] = ""
	b := gohull(t, write(t, project), "--target=tidy", "--platform=linux/amd64,linux/arm64")
	want := map[string]string{"go.mod": numbered["go.mod"], "go.sum": numbered["go.sum"]}
	if got := export(t, b); !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFormatTarget gives the files that gofmt changes, and no others.
func TestFormatTarget(t *testing.T) {
	project := checked("")
	fine := project["main_test.go"]
	project["main_test.go"] = strings.Replace(fine, "\tl.Close()", "  l.Close()", 1)
	project["testdata/odd.go"] = "package  odd\n"
	b := gohull(t, write(t, project), "--target=fmt", "--platform=linux/amd64,linux/arm64")
	want := map[string]string{"main_test.go": fine}
	if got := export(t, b); !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestTestFails shows failing tests and what vet finds at their lines, all of
// the packages.
func TestTestFails(t *testing.T) {
	r := run(t, gohull(t, write(t, map[string]string{
		"Dockerfile": "checks: [vet, test]\n",
		"go.mod":     goMod("example.com/failing"),
		"main.go":    "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Printf(\"%d\\n\", \"x\") }\n",
		"sub/sub_test.go": `package sub

import "testing"

func TestSub(t *testing.T) { t.Error("got 1, want 2") }
`,
		"sub/below/below_test.go": `package below

import "testing"

func TestPanic(t *testing.T) { panic("at the disco") }
`,
	})))
	if r.Exit == 0 {
		t.Fatal("the build worked")
	}
	for _, want := range []string{
		"check vet failed\n",
		"main.go:5:27: fmt.Printf format %d has arg \"x\" of wrong type string\n",
		"check test failed",
		"sub/sub_test.go:5: TestSub: got 1, want 2\n",
		"sub/below/below_test.go:5: TestPanic: panic: at the disco",
		">>> func TestSub(t *testing.T) { t.Error(\"got 1, want 2\") }\n",
	} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("this was printed, without %q:\n%s", want, r.Text)
		}
	}
}

// findsCovdata is a test that finds the tool covdata where Go has its tools. Recent
// releases come without it, and build it for each package that has no tests.
const findsCovdata = `package lib

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestGoodTool(t *testing.T) {
	dir, err := exec.Command("go", "env", "GOTOOLDIR").Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(strings.TrimSpace(string(dir)) + "/covdata"); err != nil {
		t.Error(err)
	}
}
`

// TestTestTarget exports the reports of tests of a library: those that pass,
// and, when that is what is wanted, of those that do not. The profile has the lines of
// a package without tests, too.
func TestTestTarget(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, map[string]string{
		"Dockerfile":   "test: {run: Good}\n",
		"go.mod":       goMod("example.com/lib"),
		"lib.go":       "package lib\n\nfunc X() int { return 1 }\n",
		"lib_test.go":  "package lib\n\nimport \"testing\"\n\nfunc TestGood(t *testing.T) { X() }\n\nfunc TestBad(t *testing.T) { t.Error() }\n",
		"tool_test.go": findsCovdata,
		"none/none.go": "package none\n\nfunc X() int { return 1 }\n",
	}), "--target=test")
	reports := export(t, b)
	holdsReports(t, reports, "<testcase classname=\"example.com/lib\" name=\"TestGood\"")
	if want := "example.com/lib/none/none.go:3.14,3.26 1 0\n"; !strings.Contains(reports["cover.out"], want) {
		t.Errorf("cover.out has no %q:\n%s", want, reports["cover.out"])
	}
	edit(t, b, map[string]string{"Dockerfile": ""})
	if r := run(t, b); r.Exit == 0 || !strings.Contains(r.Text, "check test failed") {
		t.Errorf("exit code %d of a test that fails:\n%s", r.Exit, r.Text)
	}
	b.Args[len(b.Args)-1] = "--target=test-report"
	holdsReports(t, export(t, b), "<failure message=\"failed\">")
}

func holdsReports(t testing.TB, got map[string]string, junit string) {
	t.Helper()
	for name, want := range map[string]string{
		"junit.xml": junit,
		"test.json": `"Action":"start"`,
		"cover.out": "example.com/lib/lib.go:3.14,3.26 1 1\n",
		// What the test ran has a colour of its own.
		"cover.html": `<span class="cov8" title="1">{ return 1 }</span>`,
	} {
		if !strings.Contains(got[name], want) {
			t.Errorf("%s has no %q:\n%s", name, want, got[name])
		}
	}
	if len(got) != 4 {
		t.Errorf("exported %d files, want four", len(got))
	}
}

// TestVerdictsTravel builds on a machine that knows nothing but the cache of
// another one's image: the checks have been done.
func TestVerdictsTravel(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, checked("checks: [tidy, verify, vet, test]\ntest: {files: [docs]}\n")))
	b.Push = ref(t)
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/verdictstravel:cache"
	plain := b.Args
	b.Args = append(slices.Clone(plain), "--cache-from="+cache, "--cache-to="+cache+",mode=max")
	succeed(t, b)
	b.Builder = node(t, "verdicts", "")
	b.Args = append(slices.Clone(plain), "--cache-from="+cache)
	for name, isCached := range cachedSteps(t, succeed(t, b), "check tidy", "check verify", "check vet", "check test") {
		if !isCached {
			t.Errorf("%s ran again on another machine", name)
		}
	}
}

// TestVendor exports a vendor directory, which then passes the check, and does
// not any more after an edit of it.
func TestVendor(t *testing.T) {
	b := gohull(t, write(t, checked("")), "--target=vendor")
	made := export(t, b)
	if !strings.Contains(made["vendor/modules.txt"], "# github.com/google/uuid v1.6.0\n## explicit\n") {
		t.Fatalf("exported %q", slices.Sorted(maps.Keys(made)))
	}
	edit(t, b, made)
	edit(t, b, map[string]string{"Dockerfile": "checks: [vendor]\n"})
	b.Args = slices.DeleteFunc(b.Args, func(arg string) bool { return arg == "--target=vendor" })
	succeed(t, b)
	edit(t, b, map[string]string{"main.go": strings.Replace(numbered["main.go"], "println(", "println(`"+b.Dir+"`, ", 1)})
	if isCached := cachedSteps(t, succeed(t, b), "check vendor"); !isCached["check vendor"] {
		t.Error("an edit of a function body ran the check vendor again")
	}
	edit(t, b, map[string]string{
		"vendor/github.com/google/uuid/node.go": strings.Replace(made["vendor/github.com/google/uuid/node.go"], "package uuid", "package uuid // patched", 1),
	})
	r := run(t, b)
	for _, want := range []string{
		"check vendor failed\n",
		"vendor/github.com/google/uuid/node.go:5: the file is not that of its module; to have it written: docker buildx build --target vendor -o . .\n",
		">>> package uuid // patched\n",
	} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Errorf("exit code %d, and this was printed, without %q:\n%s", r.Exit, want, r.Text)
		}
	}
}

// TestChecksOfWorkspace has a module that another one of the workspace
// requires, and that nobody publishes.
func TestChecksOfWorkspace(t *testing.T) {
	t.Parallel()
	succeed(t, gohull(t, write(t, map[string]string{
		"Dockerfile":      "checks: [tidy, verify, vet, test]\n",
		"go.work":         "go " + goVersion() + "\n\nuse (\n\t./api\n\t./greet\n)\n",
		"api/go.mod":      goMod("example.com/api") + "\nrequire example.com/greet v0.0.0\n",
		"api/main.go":     "package main\n\nimport \"example.com/greet\"\n\nfunc main() { println(greet.Text) }\n",
		"greet/go.mod":    goMod("example.com/greet"),
		"greet/greet.go":  "package greet\n\nconst Text = \"hello\"\n",
		"greet/g_test.go": "package greet\n\nimport \"testing\"\n\nfunc TestText(t *testing.T) {\n\tif Text != \"hello\" {\n\t\tt.Error(Text)\n\t}\n}\n",
	})))
}

// linted is a project with a tool line, and a finding of that tool.
var linted = map[string]string{
	"Dockerfile": "checks: [lint]\nlint: {tools: [[staticcheck, ./...]]}\n",
	"go.mod": goMod("example.com/linted") + `
tool honnef.co/go/tools/cmd/staticcheck

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.31.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
	golang.org/x/tools v0.40.1-0.20260108161641-ca281cf95054 // indirect
	honnef.co/go/tools v0.7.0 // indirect
)
`,
	"go.sum": `github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c h1:pxW6RcqyfI9/kWtOwnv/G+AzdKuy2ZrqINhenH4HyNs=
github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c/go.mod h1:ukJfTF/6rtPPRCnwkur4qwRxa8vTRFBF0uk2lLoLwho=
golang.org/x/exp v0.0.0-20231110203233-9a3e6036ecaa h1:FRnLl4eNAQl8hwxVVC17teOw8kdjVDVAiFMtgUdTSRQ=
golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 h1:1P7xPZEwZMoBoz0Yze5Nx2/4pxj6nw9ZqHWXqP0iRgQ=
golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678/go.mod h1:AbB0pIl9nAr9wVwH+Z2ZpaocVmF5I4GyWCDIsVjR0bk=
golang.org/x/mod v0.31.0 h1:HaW9xtz0+kOcWKwli0ZXy79Ix+UW/vOfmWI5QVd2tgI=
golang.org/x/mod v0.31.0/go.mod h1:43JraMp9cGx1Rx3AqioxrbrhNsLl2l/iNAvuBkrezpg=
golang.org/x/sync v0.19.0 h1:vV+1eWNmZ5geRlYjzm2adRgW2/mcpevXNg50YZtPCE4=
golang.org/x/sync v0.19.0/go.mod h1:9KTHXmSnoGruLpwFjVSX0lNNA75CykiMECbovNTZqGI=
golang.org/x/tools v0.40.1-0.20260108161641-ca281cf95054 h1:CHVDrNHx9ZoOrNN9kKWYIbT5Rj+WF2rlwPkhbQQ5V4U=
golang.org/x/tools v0.40.1-0.20260108161641-ca281cf95054/go.mod h1:Ik/tzLRlbscWpqqMRjyWYDisX8bG13FrdXp3o4Sr9lc=
honnef.co/go/tools v0.7.0 h1:w6WUp1VbkqPEgLz4rkBzH/CSU6HkoqNLp6GstyTx3lU=
honnef.co/go/tools v0.7.0/go.mod h1:pm29oPxeP3P82ISxZDgIYeOaf9ta6Pi0EWvCFoLG2vc=
`,
	"main.go": `package main

func main() {
	x := len("a")
	println(x == x)
}
`,
}

// TestLint runs a linter of go.mod. It finds something, finds its settings next
// to the packages, and runs again only if it could find something else.
func TestLint(t *testing.T) {
	t.Parallel()
	b := gohull(t, write(t, linted))
	b.Push = ref(t)
	r := run(t, b)
	const finding = "main.go:5:10: identical expressions on the left and right side of the '==' operator (SA4000)"
	if r.Exit == 0 || !strings.Contains(r.Text, finding) || !strings.Contains(r.Text, ">>> \tprintln(x == x)\n") {
		t.Fatalf("exit code %d; this was printed, without %q at its line:\n%s", r.Exit, finding, r.Text)
	}
	edit(t, b, map[string]string{"staticcheck.conf": `checks = ["inherit", "-SA4000"]` + "\n"})
	succeed(t, b)
	for _, c := range []struct {
		file, data string
		isCached   bool
	}{
		{"README.md", t.TempDir(), true},
		{"main.go", strings.Replace(linted["main.go"], "println(x == x)", "println(x == x, `"+t.TempDir()+"`)", 1), false},
	} {
		edit(t, b, map[string]string{c.file: c.data})
		if got := cachedSteps(t, succeed(t, b), "check lint")["check lint"]; got != c.isCached {
			t.Errorf("an edit of %s: the check is CACHED: %v, want %v", c.file, got, c.isCached)
		}
	}
}
