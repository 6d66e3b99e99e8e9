package e2e

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// ask asks a question about a directory, as people do.
func ask(t testing.TB, question, dir string, args ...string) buildx.Result {
	t.Helper()
	return run(t, gohull(t, dir, append(args, "--call="+question)...))
}

// answer is what a question prints that has to be answered.
func answer(t testing.TB, question, dir string, args ...string) string {
	t.Helper()
	r := ask(t, question, dir, args...)
	if r.Exit != 0 {
		t.Fatalf("--call=%s: exit code %d:\n%s%s", question, r.Exit, r.Stdout, r.Text)
	}
	return r.Stdout
}

// asked is a project for questions, with a spec.
func asked(t testing.TB, spec string) string {
	t.Helper()
	return write(t, map[string]string{
		"Dockerfile": spec,
		"go.mod":     goMod("example.com/asked"),
		"main.go":    "package main\n\nfunc main() { println(\"asked\") }\n",
	})
}

const noWarnings = "Check complete, no warnings found.\n"

func TestCheckFindsNothing(t *testing.T) {
	r := run(t, gohull(t, asked(t, ""), "--check"))
	if r.Exit != 0 || r.Stdout != noWarnings {
		t.Errorf("exit code %d, printed %q, want %q", r.Exit, r.Stdout, noWarnings)
	}
}

// TestCheckLooksNothingUp checks a spec whose images are nowhere to be found.
func TestCheckLooksNothingUp(t *testing.T) {
	r := ask(t, "check", asked(t, "toolchain: registry.invalid/go:1.26.8\nbase: registry.invalid/base:1.2\n"))
	if r.Exit != 0 || r.Stdout != noWarnings {
		t.Errorf("exit code %d, printed %q\n%s", r.Exit, r.Stdout, r.Text)
	}
}

const warningText = `Check complete, 1 warning has been found!

WARNING: PrivilegedPort - https://github.com/gohull/gohull/blob/main/docs/rules/privileged-port.md
run.expose: not every engine lets a user other than root listen on port 80; listen on a port from 1024 up, such as 8080
$DIR/Dockerfile:1
--------------------
   1 | >>> run: {expose: [80]}
   2 |     
--------------------
`

func TestCheckWarns(t *testing.T) {
	dir := asked(t, "run: {expose: [80]}\n")
	r := ask(t, "check", dir)
	if got := strings.ReplaceAll(r.Stdout, dir, "$DIR"); r.Exit != 1 || got != warningText {
		t.Errorf("exit code %d, printed\n%s\nwant 1 and\n%s", r.Exit, got, warningText)
	}
	for _, arg := range []string{"skip=all", "skip=PrivilegedPort"} {
		r := ask(t, "check", dir, "--build-arg=BUILDKIT_DOCKERFILE_CHECK="+arg)
		if r.Exit != 0 || r.Stdout != noWarnings {
			t.Errorf("%s: exit code %d, printed\n%s", arg, r.Exit, r.Stdout)
		}
	}
}

func TestCheckAsJSON(t *testing.T) {
	r := ask(t, "check,format=json", asked(t, "run: {expose: [80]}\n"))
	var results struct {
		Warnings []struct{ RuleName string }
	}
	if err := json.Unmarshal([]byte(r.Stdout), &results); err != nil {
		t.Fatalf("%v:\n%s", err, r.Stdout)
	}
	if w := results.Warnings; r.Exit != 1 || len(w) != 1 || w[0].RuleName != "PrivilegedPort" {
		t.Errorf("exit code %d, warnings %+v", r.Exit, w)
	}
}

// TestOptionalRules: optional rules are applied if the command asks for them, whatever the
// spec says.
func TestOptionalRules(t *testing.T) {
	dir := asked(t, "# check=skip=all\nrun: {user: root}\nchecks: [vet, vuln]\n")
	r := run(t, gohull(t, dir, "--build-arg=BUILDKIT_DOCKERFILE_CHECK=experimental=all;error=true"))
	for _, want := range []string{
		"Dockerfile:2:13: RootUser: run.user: the program runs as root (root); remove the key to run as nonroot, or name another user",
		"Dockerfile:3:10: MissingTest: no check test has to pass before there is an image; write checks: [vet, vuln, test]",
	} {
		if r.Exit != 1 || !hasLine(r.Text, want) {
			t.Errorf("exit code %d, want 1 and the line\n%s\nprinted\n%s", r.Exit, want, r.Text)
		}
	}
}

const errorText = `ERROR: Dockerfile:1:1: unknown key "bse"; did you mean base?
$DIR/Dockerfile:1
--------------------
   1 | >>> bse: alpine
   2 |     
--------------------

`

func TestCheckShowsErrors(t *testing.T) {
	dir := asked(t, "bse: alpine\n")
	r := ask(t, "check", dir)
	if got := strings.ReplaceAll(said(r), dir, "$DIR"); r.Exit != 1 || got != errorText {
		t.Errorf("exit code %d, printed\n%s\nwant 1 and\n%s", r.Exit, got, errorText)
	}
}

// TestBuildWarnsOnce builds for two platforms, and warns once.
func TestBuildWarnsOnce(t *testing.T) {
	r := succeed(t, gohull(t, asked(t, "run: {expose: [80]}\n"), "--platform=linux/amd64,linux/arm64"))
	if len(r.Warnings) != 1 {
		t.Fatalf("%d warnings, want 1", len(r.Warnings))
	}
	w := r.Warnings[0]
	want := "PrivilegedPort: run.expose: not every engine lets a user other than root listen on port 80; listen on a port from 1024 up, such as 8080 (line 1)"
	if string(w.Short) != want || !strings.HasSuffix(w.URL, "/docs/rules/privileged-port.md") {
		t.Errorf("warned %q, %s; want %q", w.Short, w.URL, want)
	}
	if len(w.Range) != 1 || w.Range[0].Start.Line != 1 || w.Info == nil || w.Info.Filename != "Dockerfile" {
		t.Errorf("the warning is of %+v in %+v, want line 1 of Dockerfile", w.Range, w.Info)
	}
}

func TestWarningsAsErrors(t *testing.T) {
	r := run(t, gohull(t, asked(t, "# check=error=true\nrun: {expose: [80]}\n")))
	want := "Dockerfile:2:16: PrivilegedPort: run.expose: not every engine lets a user other than root listen on port 80; listen on a port from 1024 up, such as 8080"
	if r.Exit != 1 || !hasLine(r.Text, want) {
		t.Errorf("exit code %d, want 1 and the line\n%s\nprinted\n%s", r.Exit, want, r.Text)
	}
}

// TestEmbedIgnored: what the ignore file hides is not sent, and so the scan
// has to find that out.
func TestEmbedIgnored(t *testing.T) {
	r := ask(t, "check", write(t, map[string]string{
		"Dockerfile":        "",
		".dockerignore":     "static\n",
		"go.mod":            goMod("example.com/asked"),
		"main.go":           "package main\n\nimport \"embed\"\n\n//go:embed static/*\nvar files embed.FS\n\nfunc main() {}\n",
		"static/index.html": "<!doctype html>\n",
	}))
	want := `main.go:5:12: //go:embed "static/*" matches nothing: .dockerignore:1:1 hides it with "static"; add the line "!static/*" below that one`
	if r.Exit != 1 || !hasLine(r.Stdout, want) {
		t.Errorf("exit code %d, want 1 and the line\n%s\nprinted\n%s", r.Exit, want, r.Stdout)
	}
}

// TestAnswers asks what is answered the same on every machine. What each
// answer looks like in full, the frontend's own tests hold.
func TestAnswers(t *testing.T) {
	dir := asked(t, "go: "+goVersion()+"\n")
	for question, want := range map[string]string{
		"outline":                "GO_VERSION          " + goVersion() + "   Go version; overrides `go`",
		"targets":                "image (default) the image",
		"describe":               "graph                1.0.0   a picture of the steps and of what is in the cache key of each one",
		"subrequests.describe":   "outline              1.0.0   build args with their values, and secrets",
		"spec":                   "main: [.]                                # the only main package",
		"plan":                   "	compile . -> /usr/local/bin/asked",
		"llb":                    "	name \"compile asked for linux/amd64\"",
		"outline,format=json":    `      "name": "GO_VERSION",`,
		"spec,format=json":       `    "key": "main",`,
		"plan,format=json":       `        "Name": "compile asked for linux/amd64",`,
		"graph,format=json":      `      "name": "compile asked for linux/amd64",`,
		"targets,format=json":    `      "name": "image",`,
		"schema,format=json":     `  "title": "gohull spec",`,
		"describe,format=json":   `    "name": "frontend.lint",`,
		"llb,format=json":        `    "image": "linux/amd64",`,
		"outline,ignorestatus=1": "SECRET            REQUIRED",
	} {
		got := answer(t, question, dir)
		if !hasLine(got, want) {
			t.Errorf("--call=%s: no line %q in\n%s", question, want, got)
		}
		if strings.HasSuffix(question, "json") && !json.Valid([]byte(got)) {
			t.Errorf("--call=%s gives no JSON:\n%s", question, got)
		}
	}
}

func TestUnknownQuestion(t *testing.T) {
	r := ask(t, "grahp", asked(t, ""))
	want := "gohull has no answer to --call=grahp; did you mean --call=graph?"
	if r.Exit != 1 || !hasLine(r.Text, want) {
		t.Errorf("exit code %d, printed\n%s", r.Exit, r.Text)
	}
}

// TestGraph reads the picture as a browser would, and finds the steps in it.
func TestGraph(t *testing.T) {
	picture := answer(t, "graph", asked(t, "base: alpine\n"), "--platform=linux/amd64,linux/arm64")
	var titles []string
	d := xml.NewDecoder(strings.NewReader(picture))
	for isTitle := false; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v:\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.StartElement:
			isTitle = slices.Contains(token.Attr, xml.Attr{Name: xml.Name{Local: "class"}, Value: "title"})
		case xml.CharData:
			if isTitle {
				titles = append(titles, string(token))
			}
		case xml.EndElement:
			isTitle = false
		}
	}
	want := []string{"compile asked for linux/amd64", "compile asked for linux/arm64", "pick the source of asked", "the build context", "alpine:3.22"}
	for _, title := range want {
		if !slices.Contains(titles, title) {
			t.Errorf("no step %q among %q", title, titles)
		}
	}
}

// TestResolvedSpec builds what --call=spec gives instead of the spec: it
// makes the same image.
func TestResolvedSpec(t *testing.T) {
	dir := asked(t, "base: alpine\nrun: {args: [-v, \"1\"], env: {A: \"b: c\"}}\n")
	resolved := answer(t, "spec", dir)
	b := gohull(t, dir, "--provenance=false")
	b.Push = ref(t)
	first := succeed(t, b)
	b = gohull(t, dir, "--provenance=false", "-f", "-")
	b.Push, b.Stdin = ref(t), []byte(resolved)
	second := succeed(t, b)
	if first.Digest == "" || first.Digest != second.Digest {
		t.Errorf("digests %s and %s, want the same; resolved:\n%s", first.Digest, second.Digest, resolved)
	}
}
