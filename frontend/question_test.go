package frontend

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/internal/golden"
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
			asked, form, _ := strings.Cut(name, ".")
			return ask(t, ar, asked)[form]
		})
	})
}

// ask returns the answer to a question, by form. The question "build" builds.
func ask(t *testing.T, ar *txtar.Archive, name string) map[string]string {
	g := &fakeGateway{files: mapFS(contextOf(ar)), opts: options(string(ar.Comment))}
	if dir, file := path.Split(g.opts["filename"]); dir != "" {
		g.spec, g.opts["filename"] = path.Clean(dir), file
	}
	if name != "build" {
		g.opts[question.Key] = question.Prefix + name
	}
	res, err := unreleased.Build(t.Context(), g)
	got := map[string]string{"warnings": strings.Join(g.warnings, "")}
	if err != nil {
		got["error"] = err.Error() + "\n"
		return got
	}
	if name == "inputs" { // each release of gohull has other hashes
		for key, data := range res.Metadata {
			res.Metadata[key] = hashes.ReplaceAll(data, []byte("sha256:…"))
		}
	}
	got[""] = ended(neutral(string(res.Metadata[question.Text])))
	got["json"] = ended(neutral(string(res.Metadata[question.JSON])))
	got["exit"] = ended(string(res.Metadata["result.statuscode"]))
	return got
}

// elsewhere matches what differs on another machine: the sources of a check,
// which have the definition that they were read by, an ID of the client, and
// the path of the program of the steps, which is next to the test's program.
var elsewhere = regexp.MustCompile(`(?s)  "sources": \[.*\n  \]|\n\tlocal\.unique [a-z0-9]+|/[^ ]*/gohull-step`)

// hashes matches what says which hash something has.
var hashes = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

func neutral(text string) string { return elsewhere.ReplaceAllString(text, "…") }

// ended adds a line break to the end of a text, as in a file.
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

// options returns flags in the form in which buildx passes them on; other lines
// are prose.
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
	for _, q := range question.All() {
		if !strings.Contains(all.String(), "\n-- want/"+q.Name+" --\n") {
			t.Errorf("no case asks %s", q.Name)
		}
	}
}

// TestSpecAnswer replaces the spec with the answer to --call=spec: it makes the
// same plan and the same image config.
func TestSpecAnswer(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", sameFromAnswer)
	for _, dir := range exampleDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) { sameFromAnswer(t, archive(t, dir)) })
	}
}

func sameFromAnswer(t *testing.T, ar *txtar.Archive) {
	c := readCase(t, ar)
	c.request.Target = "" // as the question does
	want, answer, err := c.specAnswer(t)
	if err != nil {
		t.Skip("it has no plan")
	}
	if _, ok := c.files[project.LockFile]; ok {
		t.Skip("its lock is for the spec as it was written")
	}
	c.spec = answer.Metadata[question.Text]
	got, again, err := c.specAnswer(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.spec)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("as written -, from the answer +:\n%s\n%s", diff, c.spec)
	}
	if diff := cmp.Diff(settingsOf(t, answer), settingsOf(t, again)); diff != "" {
		t.Errorf("settings -, settings from the answer +:\n%s", diff)
	}
}

// setting is a setting without where it comes from.
type setting struct {
	Key   string
	Value json.RawMessage
}

func settingsOf(t *testing.T, a question.Answer) (all []setting) {
	if err := json.Unmarshal(a.Metadata[question.JSON], &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// specAnswer returns the plan and the config of a case as text, and the answer
// to --call=spec.
func (c testCase) specAnswer(t *testing.T) (string, question.Answer, error) {
	p, err := c.plan(t)
	if err != nil {
		return "", question.Answer{}, err
	}
	in, err := parse(c.specName, c.spec, c.files, c.files, c.request)
	if err != nil {
		return "", question.Answer{}, err
	}
	decided, err := planner.Decide(in)
	if err != nil {
		return "", question.Answer{}, err
	}
	q, err := question.Find(question.Prefix + "spec")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := q.Answer(question.Known{Images: []question.PlannedImage{{Decision: decided.Images[0], Plan: p}}})
	return p.String() + configText(t, p.Images[0]), answer, err
}
