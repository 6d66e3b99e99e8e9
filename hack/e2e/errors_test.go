package e2e

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite what the cases of testdata want")

// TestErrors builds what cannot be built. A case of testdata/errors is a
// project, flags of the build in its comment, and all that a user is shown
// in the end.
func TestErrors(t *testing.T) {
	cases, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	nothing := httptest.NewServer(http.NotFoundHandler())
	defer nothing.Close()
	// What differs from machine to machine has a name in the cases.
	names := []string{
		"$GO", strings.TrimPrefix(runtime.Version(), "go"),
		"$REGISTRY", env(t, "REGISTRY"),
		"$PROXY", nothing.URL,
	}
	for _, file := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := neutral(shown(t, ar, strings.NewReplacer(names...)), names)
			compare(t, file, ar, got)
		})
	}
}

// shown builds a case and gives what was printed for people.
func shown(t *testing.T, ar *txtar.Archive, names *strings.Replacer) string {
	t.Helper()
	b := gohull(t, caseDir(t, ar, names), flags(names.Replace(string(ar.Comment)))...)
	b.Push = ref(t)
	r := run(t, b)
	if r.Exit == 0 {
		t.Errorf("the build succeeded, want an error")
	}
	if absent := exists(t, b.Push); absent {
		t.Errorf("the registry has %s, want nothing pushed", b.Push)
	}
	return r.Text
}

// compare holds what was shown against the file "want" of a case.
func compare(t *testing.T, file string, ar *txtar.Archive, got string) {
	t.Helper()
	for i, f := range ar.Files {
		if f.Name != "want" || string(f.Data) == got {
			continue
		}
		if !*update {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, f.Data)
			return
		}
		ar.Files[i].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// caseDir writes the files of a case; a file "a -> b" is a symlink.
func caseDir(t *testing.T, ar *txtar.Archive, names *strings.Replacer) string {
	t.Helper()
	files, links := map[string]string{}, map[string]string{}
	for _, f := range ar.Files {
		name, target, isLink := strings.Cut(f.Name, " -> ")
		switch {
		case isLink:
			links[name] = target
		case name != "want":
			files[name] = names.Replace(string(f.Data))
		}
	}
	dir := write(t, files)
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// flags gives the lines of a comment that are flags, "--flag value"; others
// are prose.
func flags(comment string) []string {
	var args []string
	for line := range strings.Lines(comment) {
		if flag, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.HasPrefix(flag, "--") {
			args = append(args, flag, value)
		}
	}
	return args
}

// neutral puts the names of what differs from machine to machine in its
// place.
func neutral(text string, names []string) string {
	for i := 0; i < len(names); i += 2 {
		text = strings.ReplaceAll(text, names[i+1], names[i])
	}
	return text
}

// exists reports whether the registry has an image.
func exists(t *testing.T, ref string) bool {
	t.Helper()
	host, name, _ := strings.Cut(strings.TrimSuffix(ref, ":latest"), "/")
	resp, err := http.Head("http://" + host + "/v2/" + name + "/manifests/latest")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// TestGarbage hands in a spec that is none, and large.
func TestGarbage(t *testing.T) {
	garbage := bytes.Repeat([]byte("\x00\xff{[:\n\t- &a *b"), 1<<16)
	r := run(t, gohull(t, write(t, map[string]string{"Dockerfile": string(garbage)})))
	if r.Exit == 0 {
		t.Error("the build succeeded, want an error")
	}
	if len(r.Text) > 2<<10 {
		t.Errorf("%d bytes were printed, want a short text; it begins with\n%.500s", len(r.Text), r.Text)
	}
	t.Log(r.Text)
}

var _ buildx.Build
