package vuln

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
)

// TestCalled reads what govulncheck printed for a project, whose go.mod files
// are those of the case, and says it in lines.
func TestCalled(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		dir := unpack(t, ar)
		o, err := readOwn(dir, []string{".", "api"})
		if err != nil {
			t.Fatal(err)
		}
		printed, err := os.Open(filepath.Join(dir, "govulncheck.json"))
		if err != nil {
			t.Fatal(err)
		}
		defer printed.Close()
		r, err := decode(printed)
		if err != nil {
			t.Fatal(err)
		}
		r.add(r) // of another module that calls the same
		var lines strings.Builder
		calls, notes := divide(r.called(o), []string{"GO-2", "GO-9"})
		for _, c := range calls {
			fmt.Fprintln(&lines, c)
		}
		for _, note := range notes {
			fmt.Fprintln(&lines, note)
		}
		golden.Set(t, ar, "want", lines.String()+r.uncalled())
	})
}

const sevenKnown = `
-- db/index/modules.json --
[
 {"path": "example.com/dep", "vulns": [
  {"id": "GO-1", "modified": "2026-01-01T00:00:00Z", "fixed": "1.2.0"},
  {"id": "GO-2", "modified": "2026-01-01T00:00:00Z", "fixed": "1.2.1"},
  {"id": "GO-3", "modified": "2026-01-01T00:00:00Z"}]},
 {"path": "example.com/other", "vulns": [{"id": "GO-4", "modified": "2026-01-01T00:00:00Z"}]},
 {"path": "example.com/mine", "vulns": [{"id": "GO-5", "modified": "2026-01-01T00:00:00Z", "fixed": "0.1.0"}]},
 {"path": "stdlib", "vulns": [
  {"id": "GO-6", "modified": "2026-01-01T00:00:00Z", "fixed": "1.26.8"},
  {"id": "GO-7", "modified": "2026-01-01T00:00:00Z", "fixed": "1.26.9"}]}
]
-- db/ID/GO-2.json --
two
-- db/ID/GO-3.json --
three
-- db/ID/GO-5.json --
five
-- db/ID/GO-6.json --
six
-- db/ID/GO-7.json --
seven
-- src/go.mod --
module example.com/mine

require example.com/older v1.0.0

replace example.com/older => example.com/dep v1.2.0
-- src/go.sum --
example.com/dep v1.2.0 h1:=
example.com/dep v1.2.0/go.mod h1:=
`

func TestPick(t *testing.T) {
	for version, want := range map[string]string{
		"1.26.8": "GO-2 GO-3 GO-5 GO-7",
		"1.26":   "GO-2 GO-3 GO-5 GO-6 GO-7", // any of its releases
		"":       "GO-2 GO-3 GO-5 GO-6 GO-7",
	} {
		dir := unpack(t, txtar.Parse([]byte(sevenKnown)))
		out := filepath.Join(dir, "out")
		job := Job{VulnDB: step.VulnDB{Go: version}, Source: filepath.Join(dir, "src"), Dir: filepath.Join(dir, "db"), Out: out}
		if err := Pick(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		var got []string
		files, err := filepath.Glob(filepath.Join(out, "ID/*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			got = append(got, strings.TrimSuffix(filepath.Base(file), ".json"))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("go %q (-want +got):\n%s", version, diff)
		}
		index, err := readIndex(t.Context(), local(out))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, strings.Join(ids(index), " ")); diff != "" {
			t.Errorf("go %q, the index (-want +got):\n%s", version, diff)
		}
	}
}

// TestPickReplaced looks up what replace lines bring in, although no go.sum
// lists it: in a go.mod that has directives of a newer Go, and in a go.work.
func TestPickReplaced(t *testing.T) {
	for name, source := range map[string]string{
		"go.mod":  "-- src/go.mod --\nmodule example.com/mine2\n\nfeature x\n\nrequire example.com/older v1.9.9\n\nreplace example.com/older => example.com/dep v1.2.0\n",
		"go.work": "-- src/go.work --\ngo 1.26\n\nuse ./a\n\nreplace example.com/older => example.com/dep v1.2.0\n-- src/a/go.mod --\nmodule example.com/a\n\nrequire example.com/older v1.9.9\n",
	} {
		database, _, _ := strings.Cut(sevenKnown, "-- src/go.mod --")
		dir := unpack(t, txtar.Parse([]byte(database+source)))
		out := filepath.Join(dir, "out")
		if err := Pick(t.Context(), Job{VulnDB: step.VulnDB{Go: "1.26.9"}, Source: filepath.Join(dir, "src"), Dir: filepath.Join(dir, "db"), Out: out}); err != nil {
			t.Fatal(err)
		}
		index, err := readIndex(t.Context(), local(out))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(ids(index), " "); got != "GO-2 GO-3" {
			t.Errorf("%s: found %s, want GO-2 GO-3", name, got)
		}
	}
}

// TestPickNothing writes a database all the same: govulncheck wants one.
func TestPickNothing(t *testing.T) {
	dir := unpack(t, txtar.Parse([]byte("-- db/index/modules.json --\n[]\n-- src/go.sum --\n")))
	job := Job{Source: filepath.Join(dir, "src"), Dir: filepath.Join(dir, "db"), Out: filepath.Join(dir, "out")}
	if err := Pick(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "out/index/modules.json")); err != nil || string(data) != "[]" {
		t.Errorf("the index is %q, %v", data, err)
	}
}

func TestPickErrors(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "who are you?", http.StatusUnauthorized)
	}))
	t.Cleanup(refusing.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, c := range []struct{ url, db, want string }{
		{"", "[", "the vulnerability database's index/modules.json: unexpected end of JSON input"},
		{"", `[{"path": "stdlib", "vulns": [{"id": "../../etc/passwd"}]}]`, `the vulnerability database's index/modules.json has the id "../../etc/passwd", wanted one like GO-2024-1234`},
		{"", `[{"path": "stdlib", "vulns": [{"id": "GO-1"}]}]`, "the build context vulndb has no ID/GO-1.json; wanted a directory with a Go vulnerability database: index/modules.json, and a file below ID for each vulnerability"},
		{refusing.URL + "/", "", "GET " + refusing.URL + "/index/modules.json.gz: 401 Unauthorized: who are you?; pass credentials for 127.0.0.1 with --secret id=netrc,src=<file>"},
		{gone.URL, "", "connection refused; each build asks it what is new; see that the builder can reach it, name another vulnerability database as `vuln: {database: …}`, or give the build a directory that has one, with --build-context vulndb=…"},
	} {
		dir := unpack(t, txtar.Parse([]byte("-- db/index/modules.json --\n"+c.db+"\n-- src/go.sum --\n")))
		job := Job{Log: io.Discard, VulnDB: step.VulnDB{URL: c.url}, Source: filepath.Join(dir, "src"), Dir: filepath.Join(dir, "db"), Out: filepath.Join(dir, "out")}
		if err := Pick(t.Context(), job); err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func unpack(t *testing.T, ar *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	files, err := txtar.FS(ar)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}
