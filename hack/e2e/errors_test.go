package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/internal/golden"
	"golang.org/x/tools/txtar"
)

// TestErrors builds what cannot be built. A case of testdata/errors is a
// project, flags of the build in its comment, and all that a user is shown
// in the end.
func TestErrors(t *testing.T) {
	nothing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nothing.Close)
	// What differs from machine to machine has a name in the cases.
	names := []string{
		"$GO", goVersion(),
		"$REGISTRY", env(t, "REGISTRY"),
		"$PROXY", nothing.URL,
	}
	golden.Run(t, "testdata/errors/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		t.Parallel()
		golden.Set(t, ar, "want", neutral(shown(t, ar, strings.NewReplacer(names...)), names))
	})
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
	if exists(t, b.Push) {
		t.Errorf("the registry has %s, want nothing pushed", b.Push)
	}
	return said(r)
}

// remark is a line of buildx's HTTP library, which now and then remarks on
// the end of a connection.
var remark = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d http2: .*\n`)

// said is what a build printed for people.
func said(r buildx.Result) string { return remark.ReplaceAllString(r.Text, "") }

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

// neutral replaces what differs from machine to machine with names.
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

// TestGarbage builds from a megabyte that is neither a spec nor a go.mod. The
// error has a few lines.
func TestGarbage(t *testing.T) {
	const size = 1 << 20
	tests := []struct{ name, file, data, want string }{
		{"bytes", "Dockerfile", strings.Repeat("\x00\xff{[:\n\t- &a *b", size/16), "Dockerfile:1:2: byte 0xff is not UTF-8; save the file as UTF-8 text"},
		{"large", "Dockerfile", strings.Repeat("{[:- &a *b ", size/10), "Dockerfile:1:1: a file of 1153427 bytes, wanted at most 1048576 (1 MiB); is this the spec?"},
		{"nesting", "Dockerfile", strings.Repeat("[", size), "Dockerfile:1:33: not YAML: more than 32 levels of nesting"},
		{"control", "Dockerfile", strings.Repeat("\a", size), "Dockerfile:1:1: control character '\\a'; remove it"},
		{"module", "go.mod", strings.Repeat("x", size), "go.mod:1:1: unknown directive: " + strings.Repeat("x", 400-len("unknown directive: ")) + "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, gohull(t, write(t, map[string]string{"Dockerfile": "", test.file: test.data})))
			if r.Exit == 0 || !hasLine(r.Text, test.want) || len(r.Text) > 4<<10 {
				t.Errorf("exit code %d and %d bytes, want a short text that has the line %q; it begins with\n%.4000s", r.Exit, len(r.Text), test.want, r.Text)
			}
		})
	}
}
