package project

import (
	"errors"
	"path"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/visible"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Module is a go.mod.
type Module struct {
	Dir       string // below the context: "." or "services/api"
	File      string // "services/api/go.mod"
	Path      string // "example.com/acme/api"
	Go        Version
	Toolchain Version
	Require   []Require
	Replace   []Replace
	Tools     []Tool
	Unknown   []Directive
}

// Require is a module that another module requires.
type Require struct {
	module.Version
	At diag.Range
}

// Tool is a tool line: a program that `go tool` runs.
type Tool struct {
	Path string // import path of its main package
	At   diag.Range
}

// Replace is a replace line, and its place.
type Replace struct {
	gomod.Replace
	At diag.Range
}

func (r Replace) file() string { return path.Join(r.Dir(), ModFile) }

// Directive is a directive of go.mod or go.work that only a Go newer than
// gomod.KnownGo can know.
type Directive struct {
	Name string
	At   diag.Range
}

func parseModule(name string, data []byte, errs *diag.List) *Module {
	f, unknown, err := gomod.Parse(name, data)
	if err != nil {
		addParseErrors(name, err, errs)
	}
	if err != nil || f.Module == nil && len(unknown) > 0 {
		addUnknown(directives(name, unknown), errs)
		return nil
	}
	m := &Module{Dir: path.Dir(name), File: name, Unknown: directives(name, unknown)}
	if f.Module == nil {
		errs.Add(diag.Diagnostic{At: diag.At(name, 1, 1), Message: "no module line", Hint: "begin the file with one, such as `module example.com/hello`"})
		return nil
	}
	m.Path = f.Module.Mod.Path
	for _, r := range f.Require {
		m.Require = append(m.Require, Require{r.Mod, lineOf(name, r.Syntax)})
	}
	for _, t := range f.Tool {
		m.Tools = append(m.Tools, Tool{t.Path, lineOf(name, t.Syntax)})
	}
	if f.Go != nil {
		m.Go = Version{f.Go.Version, lineOf(name, f.Go.Syntax)}
	}
	m.Toolchain = toolchainOf(name, f.Toolchain)
	m.Replace = replaces(name, f.Replace)
	return m
}

func toolchainOf(name string, t *modfile.Toolchain) Version {
	if t == nil || t.Name == "default" {
		return Version{}
	}
	return Version{strings.TrimPrefix(t.Name, "go"), lineOf(name, t.Syntax)}
}

func replaces(name string, lines []*modfile.Replace) []Replace {
	var out []Replace
	for _, r := range gomod.Replaces(name, lines) {
		out = append(out, Replace{r, lineOf(name, r.Syntax)})
	}
	return out
}

func directives(name string, unknown []gomod.Directive) []Directive {
	var out []Directive
	for _, d := range unknown {
		out = append(out, Directive{d.Name, diag.At(name, d.Line, d.Col)})
	}
	return out
}

func lineOf(name string, line *modfile.Line) diag.Range {
	if line == nil {
		return diag.Range{File: name}
	}
	return diag.Range{
		File:  name,
		Start: diag.Pos{Line: line.Start.Line, Col: line.Start.LineRune},
		End:   diag.Pos{Line: line.End.Line, Col: line.End.LineRune},
	}
}

// longestMessage is the size of a message that quotes a long line, in bytes.
const longestMessage = 400

// addUnknown reports directives of a file that cannot be used anyway.
func addUnknown(unknown []Directive, errs *diag.List) {
	for _, d := range unknown {
		errs.Errorf(d.At, "%s", visible.Cut("unknown directive: "+d.Name, longestMessage))
	}
}

// addParseErrors adds modfile's errors with their places.
func addParseErrors(name string, err error, errs *diag.List) {
	var list modfile.ErrorList
	if !errors.As(err, &list) {
		errs.Errorf(diag.Range{File: name}, "%v", err)
		return
	}
	for _, e := range list {
		at := diag.At(name, e.Pos.Line, e.Pos.LineRune)
		e.Filename, e.Pos = "", modfile.Position{}
		errs.Errorf(at, "%s", visible.Cut(strings.TrimPrefix(e.Error(), ": "), longestMessage))
	}
}
