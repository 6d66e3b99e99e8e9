package frontend

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/plan"
)

// TestQuestions asks a gateway in memory. A case is a build context; the lines
// before the first file are flags of the command, and files below want/ are
// the answers:
//
//	want/NAME           the text that --call=NAME prints
//	want/NAME.json      with --call=NAME,format=json
//	want/NAME.exit      its exit code
//	want/NAME.error     why there is no answer
//	want/build.warnings what a build warns of
//	want/build.error    why it fails
func TestQuestions(t *testing.T) {
	golden.Run(t, "testdata/questions/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		golden.Fill(ar, func(name string) string {
			question, form, _ := strings.Cut(name, ".")
			return ask(t, ar, question)[form]
		})
	})
}

// ask gives the answer to a question, by form; the question "build" builds.
func ask(t *testing.T, ar *txtar.Archive, question string) map[string]string {
	g := &fakeGateway{files: mapFS(contextOf(ar)), opts: options(string(ar.Comment))}
	if dir, name := path.Split(g.opts["filename"]); dir != "" {
		g.spec, g.opts["filename"] = path.Clean(dir), name
	}
	if question != "build" {
		g.opts[requestKey] = requestPrefix + question
	}
	res, err := Build(t.Context(), g)
	got := map[string]string{"warnings": strings.Join(g.warnings, "")}
	if err != nil {
		got["error"] = err.Error() + "\n"
		return got
	}
	got[""] = ended(neutral(string(res.Metadata[resultText])))
	got["json"] = ended(neutral(string(res.Metadata[resultJSON])))
	got["exit"] = ended(string(res.Metadata["result.statuscode"]))
	return got
}

// elsewhere matches what another machine has otherwise: the sources of a check,
// which hold the definition that they were read by, an id of the client, and
// where this test's program is.
var elsewhere = regexp.MustCompile(`(?s)  "sources": \[.*\n  \]|\n\tlocal\.unique [a-z0-9]+|/[^ ]*/frontend\.test`)

func neutral(text string) string { return elsewhere.ReplaceAllString(text, "…") }

// ended ends a text with a line break, as a file does.
func ended(text string) string { return strings.TrimSuffix(text, "\n") + "\n" }

func contextOf(ar *txtar.Archive) map[string]string {
	files := map[string]string{}
	for _, f := range ar.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			files[f.Name] = string(f.Data)
		}
	}
	return files
}

// options are flags as buildx passes them on; other lines are prose.
func options(comment string) map[string]string {
	opts := map[string]string{}
	for line := range strings.Lines(comment) {
		flag, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch flag {
		case "--build-arg":
			name, value, _ := strings.Cut(value, "=")
			opts["build-arg:"+name] = value
		case "--label":
			name, value, _ := strings.Cut(value, "=")
			opts["label:"+name] = value
		case "--option": // as buildx sends others
			name, value, _ := strings.Cut(value, "=")
			opts[name] = value
		case "--platform":
			opts["platform"] = value
		case "--file":
			opts["filename"] = value
		case "--target":
			opts["target"] = value
		case "--provenance":
			opts["attest:provenance"] = value
		}
	}
	return opts
}

// TestEveryQuestionHasACase finds questions that no case asks.
func TestEveryQuestionHasACase(t *testing.T) {
	cases, err := filepath.Glob("testdata/questions/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range cases {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, q := range Questions() {
		if !strings.Contains(all.String(), "\n-- want/"+q.Name+" --\n") {
			t.Errorf("no case asks %s", q.Name)
		}
	}
}

// TestResolvedSpec writes the answer to --call=spec in the place of the spec:
// it makes the same plan and the same image config.
func TestResolvedSpec(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", sameWhenResolved)
	for _, dir := range exampleDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) { sameWhenResolved(t, archive(t, dir)) })
	}
}

func sameWhenResolved(t *testing.T, ar *txtar.Archive) {
	c := readCase(t, ar)
	c.request.Target = "" // as the question does
	want, settings, err := c.resolved(t)
	if err != nil {
		t.Skip("it has no plan")
	}
	if _, ok := c.files[project.LockFile]; ok {
		t.Skip("its lock is for the spec as it was written")
	}
	c.spec = []byte(resolved(settings))
	got, again, err := c.resolved(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.spec)
	}
	if diff := cmp.Diff(want.String()+configText(t, want.Images[0]), got.String()+configText(t, got.Images[0])); diff != "" {
		t.Errorf("as written -, resolved +:\n%s\n%s", diff, c.spec)
	}
	if diff := cmp.Diff(settings, again, cmpopts.IgnoreFields(planner.Setting{}, "From")); diff != "" {
		t.Errorf("resolved -, resolved twice +:\n%s", diff)
	}
}

// resolved is the plan of a case, and what --call=spec has to say of it.
func (c testCase) resolved(t *testing.T) (*plan.Plan, []planner.Setting, error) {
	p, err := c.plan(t)
	if err != nil {
		return nil, nil, err
	}
	in, err := parse(c.specName, c.spec, c.files, c.request)
	if err != nil {
		return nil, nil, err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return nil, nil, err
	}
	return p, decided.Images[0].Settings(p), nil
}
