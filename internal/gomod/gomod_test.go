package gomod_test

import (
	"slices"
	"testing"

	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/module"
)

// TestParse: what a newer Go knows does not hide the rest of the file.
func TestParse(t *testing.T) {
	const text = `module example.com/a

feature x // new
go 1.99
sections (
	a b
	c
)
require example.com/b v1.0.0
replace example.com/b => ./b
`
	f, unknown, err := gomod.Parse("go.mod", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []gomod.Directive{{Name: "feature", Line: 3, Col: 1}, {Name: "sections", Line: 5, Col: 1}}
	if !slices.Equal(unknown, want) {
		t.Errorf("unknown directives %v, want %v", unknown, want)
	}
	if len(f.Require) != 1 || len(f.Replace) != 1 || f.Go.Version != "1.99" || f.Require[0].Syntax.Start.Line != 9 {
		t.Errorf("got go %v, require %v, replace %v", f.Go, f.Require, f.Replace)
	}
	w, unknown, err := gomod.ParseWork("go.work", []byte("go 1.99\nfeature\nuse ./a\n"))
	if err != nil || len(unknown) != 1 || len(w.Use) != 1 {
		t.Errorf("go.work: unknown %v, error %v", unknown, err)
	}
}

// TestParseErrors: other errors stay, at their lines.
func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"module example.com/a\nrequire example.com/b\nfeature\n":   "go.mod:2: usage: require module/path v1.2.3",
		"module example.com/a\nfeature (\n\tx\n)\nreplace a b c\n": "go.mod:5: usage: replace module/path [v1.2.3] => other/module v1.4\n\t or replace module/path [v1.2.3] => ../local/directory",
		"module example.com/a\nfeature (\n":                        "go.mod:3: syntax error (unterminated block started at go.mod:2:1)",
	} {
		_, _, err := gomod.Parse("go.mod", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// TestDirectives: the go command accepts the same directives.
func TestDirectives(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	const all = "module example.com/a\n\ngo " + gomod.KnownGo + "\ntoolchain go1.26.0\ngodebug default=go1.21\nexclude example.com/b v1.0.0\nretract v1.0.0\ntool example.com/a/x\nignore ./x\n"
	for _, text := range []string{all, all + "feature x\n"} {
		dir := t.TempDir()
		tree{"go.mod": text}.write(t, dir)
		_, stderr, err := goCommand(dir, "off", "list", "-m")
		_, unknown, ours := gomod.Parse("go.mod", []byte(text))
		if ours != nil || (err == nil) != (len(unknown) == 0) {
			t.Errorf("unknown %v, error %v; go says: %v %s", unknown, ours, err, stderr)
		}
	}
}

func TestProxies(t *testing.T) {
	for list, want := range map[string][]string{
		"":                                   nil,
		" , ,":                               nil,
		",direct":                            {"direct"},
		"off,https://a.example":              {"off"},
		"https://a.example|direct,b.example": {"https://a.example", "direct"},
		"user:pw@a.example/go, http://b":     {"https://user:pw@a.example/go", "http://b"},
		"file:///p,word":                     {"file:///p", "word"},
	} {
		if got := gomod.Proxies(list); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

func TestPrivate(t *testing.T) {
	p := gomod.Private{GOPRIVATE: "*.corp.example,git.example/a"}
	for path, want := range map[string]bool{"x.corp.example/m": true, "git.example/a/b": true, "git.example/ab": false, "corp.example/m": false} {
		if p.NoProxy(path) != want || p.NoSum(path) != want {
			t.Errorf("%s: without a proxy %t, without the database %t, want %t", path, p.NoProxy(path), p.NoSum(path), want)
		}
	}
	p.GONOPROXY = "none"
	if p.NoProxy("git.example/a") || !p.NoSum("git.example/a") {
		t.Error("GONOPROXY does not override GOPRIVATE, or overrides more than itself")
	}
	if !gomod.Direct(" ,direct", gomod.Private{}, "example.com/a") || gomod.Direct("https://a,direct", gomod.Private{}, "example.com/a") {
		t.Error("the first proxy decides")
	}
}

// TestInVendor: a workspace names directories relative to itself.
func TestInVendor(t *testing.T) {
	dir := func(file, by string) gomod.Replace {
		return gomod.Replace{Old: module.Version{Path: "a"}, New: module.Version{Path: by}, File: file}
	}
	work := gomod.Replacements{InWork: true, WorkDir: "."}
	below := gomod.Replacements{InWork: true, WorkDir: "svc"}
	for _, test := range []struct {
		in   gomod.Replacements
		r    gomod.Replace
		want string
	}{
		{gomod.Replacements{}, dir("go.mod", "./b/"), "./b/"},
		{work, dir("go.mod", "./b/"), "./b"},
		{work, dir("go.work", "./b/"), "./b/"},
		{work, dir("svc/go.mod", ".."), "."},
		{work, dir("svc/go.mod", "../.."), ".."},
		{work, dir("svc/go.mod", "../../b"), "../b"},
		{work, dir("svc/go.mod", "/b"), "/b"},
		{below, dir("svc/go.work", "./b/"), "./b/"},
		{below, dir("svc/a/go.mod", "../b"), "./b"},
		{below, dir("svc/a/go.mod", "../../lib"), "../lib"},
	} {
		if got := test.in.InVendor(test.r).Path; got != test.want {
			t.Errorf("%s of %s is %s in a workspace %t, want %s", test.r.New.Path, test.r.File, got, test.in.InWork, test.want)
		}
	}
}
