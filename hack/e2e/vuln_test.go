package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// vulnDB is a vulnerability database that knows one vulnerability, of a
// function of module.
type vulnDB struct{ module, symbol, fixed string }

// files are those of a directory that has the database.
func (db vulnDB) files(t testing.TB) map[string]string {
	const id, at = "GO-2099-0001", "2099-01-01T00:00:00Z"
	type list = []any
	type object = map[string]any
	return map[string]string{
		"index/modules.json": string(asJSON(t, list{object{"path": db.module, "vulns": list{object{"id": id, "modified": at, "fixed": db.fixed}}}})),
		"ID/" + id + ".json": string(asJSON(t, object{
			"schema_version": "1.3.1", "id": id, "modified": at, "published": at, "summary": "Text of nobody's choice", "details": "None.",
			"affected": list{object{
				"package":            object{"name": db.module, "ecosystem": "Go"},
				"ranges":             list{object{"type": "SEMVER", "events": list{object{"introduced": "0"}, object{"fixed": db.fixed}}}},
				"ecosystem_specific": object{"imports": list{object{"path": db.module, "symbols": list{db.symbol}}}},
			}},
		})),
	}
}

// TestVuln asks a database on the network at each build: what becomes known
// fails the next one, and what has nothing to do with the project runs
// nothing again. The same database as a directory gives the same verdict.
func TestVuln(t *testing.T) {
	var asked atomic.Int32
	var db atomic.Value // of the server, which answers in a goroutine of its own
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/db/"), ".gz")
		text, ok := db.Load().(vulnDB).files(t)[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if strings.HasPrefix(name, "index/") {
			asked.Add(1)
		}
		z := gzip.NewWriter(w)
		io.WriteString(z, text)
		z.Close()
	}))
	t.Cleanup(server.Close)
	project := map[string]string{
		"Dockerfile": "checks: [vuln]\nvuln: {database: " + server.URL + "/db}\n",
		"go.mod":     numbered["go.mod"],
		"go.sum":     numbered["go.sum"],
		"main.go":    numbered["main.go"],
		"about.md":   server.URL, // a context that no earlier build has had
	}
	b := gohull(t, write(t, project))

	db.Store(vulnDB{"github.com/google/uuid", "UUID.String", "1.7.0"})
	r := run(t, b)
	for _, want := range []string{
		"check vuln failed\n",
		"main.go:5:38: numbered.main calls uuid.UUID.String, which is vulnerable in github.com/google/uuid v1.6.0: GO-2099-0001: Text of nobody's choice; it is fixed in v1.7.0: go get github.com/google/uuid@v1.7.0\n",
		">>> func main() { println(uuid.Nil.String()) }\n",
	} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Fatalf("exit code %d, and this was printed, without %q:\n%s", r.Exit, want, r.Text)
		}
	}

	db.Store(vulnDB{"github.com/google/uuid", "UUID.String", "1.6.0"})
	asked.Store(0)
	succeed(t, b)
	if n := asked.Load(); n != 1 {
		t.Errorf("the database was asked %d times in a build, want once", n)
	}
	another := vulnDB{"example.com/another", "F", "9.0.0"}
	db.Store(another)
	if ran := succeed(t, b).Steps(); !slices.Equal(ran, []string{"look up known vulnerabilities of the modules"}) {
		t.Errorf("ran %q, want the database to be asked and nothing else", ran)
	}

	database := write(t, another.files(t))
	b.Args = append(b.Args, "--build-context=vulndb="+database, "--target=vuln")
	if isCached := cachedSteps(t, succeed(t, b), "check vuln"); !isCached["check vuln"] {
		t.Error("the verdict is another one with the same database as a directory")
	}
	if err := os.Remove(filepath.Join(database, "index/modules.json")); err != nil {
		t.Fatal(err)
	}
	if r, want := run(t, b), "the build context vulndb has no index/modules.json"; r.Exit == 0 || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, and this was printed, without %q:\n%s", r.Exit, want, r.Text)
	}
}
