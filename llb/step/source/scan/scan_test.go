package scan

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// A case is a build context and the file "want", which holds the facts, a
// package on each line. The comment's last line is the command line of the step.
func TestScan(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		context := slices.DeleteFunc(slices.Clone(ar.Files), func(f txtar.File) bool { return f.Name == "want" })
		fsys, err := txtar.FS(&txtar.Archive{Files: context})
		if err != nil {
			t.Fatal(err)
		}
		golden.Set(t, ar, "want", scanText(fsys, verb(t, string(ar.Comment))))
	})
}

func verb(t *testing.T, comment string) step.Scan {
	lines := strings.Split(strings.TrimSpace(comment), "\n")
	var v step.Scan
	if _, err := step.Parse(strings.Fields(lines[len(lines)-1]), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func scanText(fsys fs.FS, v step.Scan) string {
	facts, err := Scan(fsys, v)
	if err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	for _, m := range facts.Modules {
		fmt.Fprintf(&b, "module %s\n", m)
	}
	for _, p := range facts.Packages {
		line := fmt.Sprintf("%s of %q: ", p.Dir, p.Module)
		if p.Reason == "" {
			fmt.Fprintf(&b, "%spackage %s at %s\n", line, p.Name, p.At)
		} else {
			fmt.Fprintf(&b, "%s%s\n", line, p.Reason)
		}
	}
	for _, n := range facts.Notes {
		fmt.Fprintf(&b, "%s:%d:%d: %s %q in %s\n", n.File, n.Line, n.Col, n.Kind, n.Text, strings.Join(n.Mains, " "))
	}
	return b.String()
}

func onLinux() step.Scan { return step.Scan{Platforms: []string{"linux/amd64"}, Go: "1.26.8"} }

// A context from elsewhere may hold links to anything on the machine.
func TestLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret.go"), "package secret\n")
	write(t, filepath.Join(dir, "a/real.go"), "package a\n")
	for link, to := range map[string]string{
		"a/inside.go":    "real.go",
		"b/outside.go":   filepath.Join(outside, "secret.go"),
		"c":              outside,
		"d/directory.go": "../a",
		"e/gone.go":      "nothing",
		"loop/again":     "..",
		"loop/x.go/y.z":  "..",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	want := `a of "": package a at a/inside.go:1
b of "": b/outside.go: cannot be read: path escapes from parent
d of "": d/directory.go: cannot be read: it is not a regular file
e of "": e/gone.go: cannot be read: no such file or directory
`
	if diff := cmp.Diff(want, scanText(root.FS(), onLinux())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNamed: a package that a spec names is found where `./...` does not look,
// as `go build` finds it.
func TestNamed(t *testing.T) {
	dir := t.TempDir()
	const program = "package main\n\nimport \"C\"\n"
	for name, text := range map[string]string{
		"go.mod": "module example.com/a\n\nignore ./ignored\n", "cmd/real/main.go": "package main\n", "cmd/real/cgo.go": program,
		"testdata/x/main.go": program, "testdata/x/main2.go": "package main\n", "_hidden/main.go": "package main\n", "ignored/main.go": "package main\n",
		"other/go.mod": "module example.com/other\n", "other/main.go": "package main\n", "empty/readme": "", "unasked/testdata/main.go": "package main\n",
	} {
		write(t, filepath.Join(dir, name), text)
	}
	for link, to := range map[string]string{
		"cmd/alias": "real", "cmd/below": "..", "cmd/module": "../other", "cmd/out": "/elsewhere", "cmd/gone": "nothing", "cmd/loop": "loop", "cmd/file": "real/main.go",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	v := onLinux()
	v.Mains = []string{"cmd/real", "cmd/alias", "cmd/below/cmd/real", "cmd/module", "cmd/out/x", "cmd/gone", "cmd/loop", "cmd/file", "testdata/x", "_hidden", "ignored", "empty", "none", "../x"}
	const want = `module .
module other
_hidden of ".": package main at _hidden/main.go:1
cmd/alias of ".": package main at cmd/real/main.go:1
cmd/below/cmd/real of "cmd/below": package main at cmd/real/main.go:1
cmd/gone of ".": the symbolic link cmd/gone points to nothing, which leads nowhere
cmd/loop of ".": the symbolic link cmd/loop points to loop, which leads nowhere
cmd/module of "cmd/module": package main at other/main.go:1
cmd/out/x of ".": the symbolic link cmd/out points to /elsewhere, outside of the build context; replace it with a copy
cmd/real of ".": package main at cmd/real/main.go:1
ignored of ".": package main at ignored/main.go:1
other of "other": package main at other/main.go:1
testdata/x of ".": package main at testdata/x/main2.go:1
cmd/real/cgo.go:3:8: cgo "" in cmd/alias cmd/below/cmd/real cmd/real
testdata/x/main.go:3:8: cgo "" in testdata/x
`
	if diff := cmp.Diff(want, scanText(root.FS(), v)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Files that a spec names are looked up without leaving the context.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "web/static/a.css"), "")
	for link, to := range map[string]string{
		"inside":   "web/static",
		"web/up":   "../web/static",
		"outside":  "../elsewhere",
		"web/top":  "../..",
		"absolute": "/etc",
		"twice":    "outside",
		"loop":     "loop",
		"dangling": "nothing",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	css := []step.Inode{{Path: "a.css"}}
	for _, want := range []step.File{
		{Path: ".", Kind: "dir", Below: []step.Inode{
			{Path: "absolute", Kind: "link", Target: "/etc"},
			{Path: "dangling", Kind: "link", Target: "nothing"},
			{Path: "inside", Kind: "link", Target: "web/static"},
			{Path: "loop", Kind: "link", Target: "loop"},
			{Path: "outside", Kind: "link", Target: "../elsewhere"},
			{Path: "twice", Kind: "link", Target: "outside"},
			{Path: "web", Kind: "dir"},
			{Path: "web/static", Kind: "dir"},
			{Path: "web/static/a.css"},
			{Path: "web/top", Kind: "link", Target: "../.."},
			{Path: "web/up", Kind: "link", Target: "../web/static"},
		}},
		{Path: "web/static", Kind: "dir", Below: css},
		{Path: "./web/../web/static/a.css", Kind: "file"},
		{Path: "inside/a.css", Kind: "file"},
		{Path: "web/up", Kind: "dir", Below: css},
		{Path: "none/a"},
		{Path: "loop"},
		{Path: "dangling"},
		{Path: "outside/x", Escapes: true, Link: "outside", Target: "../elsewhere"},
		{Path: "web/top/x", Escapes: true, Link: "web/top", Target: "../.."},
		{Path: "absolute", Escapes: true, Link: "absolute", Target: "/etc"},
		{Path: "twice", Escapes: true, Link: "outside", Target: "../elsewhere"},
	} {
		v := onLinux()
		v.Files = []string{want.Path}
		facts, err := Scan(root.FS(), v)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]step.File{want}, facts.Files); diff != "" {
			t.Errorf("%s: -want +got\n%s", want.Path, diff)
		}
	}
}

// What decides about a file may lie beyond the part that is read first.
func TestLongHead(t *testing.T) {
	comment := strings.Repeat("// A long licence.\n", 400)
	pad := strings.Repeat("/", headSize-len("package ma"))
	for _, c := range []struct{ name, text, want string }{
		{"clause", comment + "package late\n", "package late at f.go:401"},
		{"block comment", "/*" + comment + "*/package late\n", "package late at f.go:401"},
		{"constraint", comment + "\n//go:build windows\n\npackage late\n",
			"build constraints exclude all Go files for linux/amd64: f.go"},
		{"cut name", pad + "\n" + "package main\n", "package main at f.go:2"},
		{"cgo", "package a\n" + comment + "import \"C\"\n",
			`build constraints exclude all Go files for linux/amd64: f.go (imports "C", and cgo is off)`},
		{"no line", "/*" + strings.Repeat("x", 2*headSize) + "*/ package a", "package a at f.go:1"},
	} {
		got := scanText(fstest.MapFS{"f.go": {Data: []byte(c.text)}}, onLinux())
		if want := `. of "": ` + c.want + "\n"; got != want {
			t.Errorf("%s:\ngot  %swant %s", c.name, got, want)
		}
	}
}

func TestBadRequest(t *testing.T) {
	for want, v := range map[string]step.Scan{
		"no platform to scan for; name at least one, as in linux/amd64\n":                       {Go: "1.26"},
		"platform \"linux\": want an operating system and an architecture, as in linux/amd64\n": {Go: "1.26", Platforms: []string{"linux"}},
		"unknown Go version \"new\"; want one such as 1.26.8\n":                                 {Go: "new", Platforms: []string{"linux/arm64"}},
	} {
		if got := scanText(fstest.MapFS{}, v); got != want {
			t.Errorf("got  %swant %s", got, want)
		}
	}
}

// The lists are never null, so that a reader in any language can range over
// them.
func TestEmpty(t *testing.T) {
	facts, err := Scan(fstest.MapFS{}, onLinux())
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"packages":[],"modules":[]}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func BenchmarkScan(b *testing.B) {
	dir := b.TempDir()
	text := strings.Repeat("// Copyright.\n", 12) + "\npackage p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n" + strings.Repeat("\n// F does.\nfunc F() {}\n", 400)
	for i := range 5000 {
		name := filepath.Join(dir, fmt.Sprintf("d%d/e%d/f%d.go", i/500, i/10, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer root.Close()
	v := step.Scan{Platforms: []string{"linux/amd64", "linux/arm64"}, Go: "1.26.8"}
	for b.Loop() {
		if _, err := Scan(root.FS(), v); err != nil {
			b.Fatal(err)
		}
	}
}
