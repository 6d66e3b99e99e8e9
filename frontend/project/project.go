// Package project turns the files that describe a Go project, go.mod, go.work
// and vendor/modules.txt, into the facts that a build depends on. It parses
// bytes and reads nothing.
package project

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Files holds the project's files by their slash-separated path below the
// context. A missing file is a missing key.
type Files map[string][]byte

// Names of the files that the root of a context may have.
const (
	ModFile    = "go.mod"
	WorkFile   = "go.work"
	VendorFile = "vendor/modules.txt"
	LockFile   = "gohull.lock"
)

// Project is what the files say.
type Project struct {
	Root    *Module   // the context's own go.mod; nil when it has none
	Work    *Work     // its go.work; nil when it has none
	Members []*Module // the modules that are built from source: Root, or all that Work uses; sorted by Dir
	Others  []*Module // the modules in folders of the context that take the place of others; sorted by Dir
	Vendor  *Vendor   // its vendor/modules.txt; nil when it has none
	Hidden  Files     // files of these that the ignore file leaves out of the context
	Below   string    // directory of the context below the root of its checkout; empty when it is that root, or the client does not say
}

// Module is a go.mod.
type Module struct {
	Dir       string // below the context: "." or "services/api"
	File      string // "services/api/go.mod"
	Path      string // "example.com/acme/api"
	Go        Version
	Toolchain Version
	Require   []Require
	Replace   []Replace
	Unknown   []Directive
}

// Require is a module that another asks for.
type Require struct {
	module.Version
	At diag.Range
}

// Work is a go.work.
type Work struct {
	File      string
	Go        Version
	Toolchain Version
	Use       []Use
	Replace   []Replace
	Unknown   []Directive
}

// Replace is a replace line, and its place.
type Replace struct {
	gomod.Replace
	At diag.Range
}

func (r Replace) file() string { return path.Join(r.Dir(), ModFile) }

// Directive is a directive of go.mod or go.work that only a newer Go than
// gomod.KnownGo can know.
type Directive struct {
	Name string
	At   diag.Range
}

// Use is a module that a go.work names.
type Use struct {
	Dir string // below the context, cleaned
	At  diag.Range
}

// Version is a Go version that a file asks for. The zero value is a line that
// is not there.
type Version struct {
	Value string // "1.26.8", without the "go" of a toolchain line
	At    diag.Range
}

// IsSet reports whether the file has the line.
func (v Version) IsSet() bool { return v.Value != "" }

// Parse reads the project's files. Its error is a diag.Errors with all that
// is wrong with them. A context without go.mod and go.work is no error here:
// only the caller knows whether there are others further down.
func Parse(files Files) (*Project, error) {
	var errs diag.List
	p := &Project{}
	if data, ok := files[VendorFile]; ok {
		p.Vendor = parseVendor(VendorFile, data)
	}
	if data, ok := files[ModFile]; ok {
		p.Root = parseModule(ModFile, data, &errs)
	}
	if data, ok := files[WorkFile]; ok {
		p.Work = parseWork(WorkFile, data, &errs)
	}
	p.Members = members(p, files, &errs)
	p.Others = others(p, files)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// ModFiles names the go.mod files that a go.work asks for, so that they can
// be read before Parse. What is wrong with the go.work is left to Parse.
func ModFiles(goWork []byte) []string {
	var ignored diag.List
	work := parseWork(WorkFile, goWork, &ignored)
	if work == nil {
		return nil
	}
	var names []string
	for _, use := range work.Use {
		names = append(names, path.Join(use.Dir, ModFile))
	}
	return names
}

// ReplacedFiles names the go.mod files of the folders that the project has in
// the place of other modules, so that they can be read before Parse. What is
// wrong with the files that say so is left to Parse.
func ReplacedFiles(files Files) []string {
	p, err := Parse(files)
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range p.Replaces() {
		if name := r.file(); !r.Outside() && files[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Contains reports whether the folder of a go.mod is one whose packages the
// project builds from source.
func (p *Project) Contains(dir string) bool {
	return p.Member(dir) != nil
}

// Member finds the module of a folder, nil when it is not the project's.
func (p *Project) Member(dir string) *Module {
	for _, m := range p.Members {
		if m.Dir == dir {
			return m
		}
	}
	return nil
}

// Other finds the module of a directory that takes the place of another module,
// nil when there is none.
func (p *Project) Other(dir string) *Module {
	for _, m := range p.Others {
		if m.Dir == dir {
			return m
		}
	}
	return nil
}

// Requires reports whether the project asks for any other module.
func (p *Project) Requires() bool {
	return slices.ContainsFunc(p.Members, func(m *Module) bool { return len(m.Require) > 0 })
}

// Shared reports whether the source of modules other than the main one is
// part of the project, so that modules from elsewhere may import it.
func (p *Project) Shared() bool {
	return p.Work != nil || len(p.Replaces()) > 0
}

// Versions gives every Go version that the project's files ask for, the
// newest first: none may be newer than the toolchain.
func (p *Project) Versions() []Version {
	var all []Version
	add := func(v Version) {
		if v.IsSet() {
			all = append(all, v)
		}
	}
	if p.Work != nil {
		add(p.Work.Go)
	}
	for _, m := range p.Members {
		add(m.Go)
	}
	slices.SortStableFunc(all, func(a, b Version) int { return Compare(b.Value, a.Value) })
	return all
}

// Preferred is the version of the toolchain that the project would choose
// for itself: the toolchain line of go.work or go.mod, else the newest go
// line, as `go help toolchain` has it.
func (p *Project) Preferred() Version {
	var choice Version
	if vs := p.Versions(); len(vs) > 0 {
		choice = vs[0]
	}
	if v := p.Toolchain(); v.IsSet() && Compare(v.Value, choice.Value) >= 0 {
		choice = v
	}
	return choice
}

// Toolchain is the toolchain line that the go command would look at, not set
// when there is none: a workspace's own hides those of its members.
func (p *Project) Toolchain() Version {
	switch {
	case p.Work != nil:
		return p.Work.Toolchain
	case p.Root != nil:
		return p.Root.Toolchain
	}
	return Version{}
}

// Toolchains gives every toolchain line of the project's files.
func (p *Project) Toolchains() []Version {
	var all []Version
	if p.Work != nil {
		all = append(all, p.Work.Toolchain)
	}
	for _, m := range p.Members {
		all = append(all, m.Toolchain)
	}
	return slices.DeleteFunc(all, func(v Version) bool { return !v.IsSet() })
}

// Replaces gives every module that a folder takes the place of.
func (p *Project) Replaces() []Replace {
	return slices.DeleteFunc(p.AllReplaces(), func(r Replace) bool { return !r.IsDir() })
}

// Replacements gives the replace lines as the go command takes them together.
func (p *Project) Replacements() gomod.Replacements {
	rs := gomod.Replacements{InWork: p.Work != nil}
	members := p.Members
	if p.Work != nil {
		rs.Work = plain(p.Work.Replace)
		members = nil
		for _, use := range p.Work.Use {
			if m := p.Member(use.Dir); m != nil {
				members = append(members, m)
			}
		}
	}
	for _, m := range members {
		rs.Mains = append(rs.Mains, m.Path)
		rs.Members = append(rs.Members, plain(m.Replace))
	}
	return rs
}

// At is the place of a replace line.
func (p *Project) At(r gomod.Replace) diag.Range { return lineOf(r.File, r.Syntax) }

func plain(lines []Replace) []gomod.Replace {
	var all []gomod.Replace
	for _, r := range lines {
		all = append(all, r.Replace)
	}
	return all
}

// Unknown gives the directives of the project's files that only a newer Go
// can know.
func (p *Project) Unknown() []Directive {
	var all []Directive
	if p.Work != nil {
		all = append(all, p.Work.Unknown...)
	}
	for _, m := range p.Members {
		all = append(all, m.Unknown...)
	}
	return all
}

// AllReplaces gives every module that something takes the place of, those of
// the go.work first.
func (p *Project) AllReplaces() []Replace {
	var all []Replace
	if p.Work != nil {
		all = append(all, p.Work.Replace...)
	}
	for _, m := range p.Members {
		all = append(all, m.Replace...)
	}
	return all
}

func members(p *Project, files Files, errs *diag.List) []*Module {
	if p.Work == nil {
		if p.Root == nil {
			return nil
		}
		return []*Module{p.Root}
	}
	var ms []*Module
	for _, use := range p.Work.Use {
		if m := member(p, use, files, errs); m != nil {
			ms = append(ms, m)
		}
	}
	slices.SortFunc(ms, func(a, b *Module) int { return cmp.Compare(a.Dir, b.Dir) })
	return ms
}

func member(p *Project, use Use, files Files, errs *diag.List) *Module {
	if use.Dir == "." && p.Root != nil {
		return p.Root
	}
	name := path.Join(use.Dir, ModFile)
	data, ok := files[name]
	if !ok {
		errs.Add(diag.Diagnostic{
			At:      use.At,
			Message: fmt.Sprintf("use %s: there is no %s in the build context", use.Dir, name),
			Missing: []string{name},
		})
		return nil
	}
	return parseModule(name, data, errs)
}

// others passes over go.mod files with errors: not all builds look at them.
func others(p *Project, files Files) []*Module {
	found := map[string]*Module{}
	for _, r := range p.Replaces() {
		data, ok := files[r.file()]
		if !ok || r.Outside() || p.Member(path.Dir(r.file())) != nil {
			continue
		}
		var ignored diag.List
		if m := parseModule(r.file(), data, &ignored); m != nil {
			found[m.Dir] = m
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *Module) int { return cmp.Compare(a.Dir, b.Dir) })
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
		errs.Add(diag.Diagnostic{At: diag.At(name, 1, 1), Message: "no module line", Hint: "begin with one, as in `module example.com/hello`"})
		return nil
	}
	m.Path = f.Module.Mod.Path
	for _, r := range f.Require {
		m.Require = append(m.Require, Require{r.Mod, lineOf(name, r.Syntax)})
	}
	if f.Go != nil {
		m.Go = Version{f.Go.Version, lineOf(name, f.Go.Syntax)}
	}
	m.Toolchain = toolchainOf(name, f.Toolchain)
	m.Replace = replaces(name, f.Replace)
	return m
}

func parseWork(name string, data []byte, errs *diag.List) *Work {
	f, unknown, err := gomod.ParseWork(name, data)
	if err != nil {
		addParseErrors(name, err, errs)
		addUnknown(directives(name, unknown), errs)
		return nil
	}
	w := &Work{
		File: name, Toolchain: toolchainOf(name, f.Toolchain), Replace: replaces(name, f.Replace),
		Unknown: directives(name, unknown),
	}
	if f.Go != nil {
		w.Go = Version{f.Go.Version, lineOf(name, f.Go.Syntax)}
	}
	for _, use := range f.Use {
		at := lineOf(name, use.Syntax)
		dir := path.Clean(use.Path)
		if path.IsAbs(dir) || dir == ".." || strings.HasPrefix(dir, "../") {
			errs.Add(diag.Diagnostic{At: at, Message: "use " + use.Path + ": the folder is outside of the build context", Hint: "build with the folder that holds both as the context"})
			continue
		}
		w.Use = append(w.Use, Use{Dir: dir, At: at})
	}
	return w
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

// addUnknown reports directives of a file that cannot be used anyway.
func addUnknown(unknown []Directive, errs *diag.List) {
	for _, d := range unknown {
		errs.Errorf(d.At, "%s", cut("unknown directive: "+d.Name))
	}
}

// addParseErrors takes the places out of modfile's errors.
func addParseErrors(name string, err error, errs *diag.List) {
	var list modfile.ErrorList
	if !errors.As(err, &list) {
		errs.Errorf(diag.Range{File: name}, "%v", err)
		return
	}
	for _, e := range list {
		at := diag.At(name, e.Pos.Line, e.Pos.LineRune)
		e.Filename, e.Pos = "", modfile.Position{}
		errs.Errorf(at, "%s", cut(strings.TrimPrefix(e.Error(), ": ")))
	}
}

// cut shortens a message that quotes a long line.
func cut(message string) string {
	const limit = 400
	if len(message) <= limit {
		return message
	}
	return strings.ToValidUTF8(message[:limit], "") + "…"
}
