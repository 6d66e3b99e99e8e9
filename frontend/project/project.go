// Package project turns the files that describe a Go project, go.mod, go.work
// and vendor/modules.txt, into the facts that a build depends on. It parses
// bytes and reads nothing.
package project

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"golang.org/x/mod/modfile"
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
	Vendor  bool      // whether there is a vendor/modules.txt
}

// Module is a go.mod.
type Module struct {
	Dir       string // below the context: "." or "services/api"
	File      string // "services/api/go.mod"
	Path      string // "example.com/acme/api"
	Go        Version
	Toolchain Version
	Requires  bool // whether it asks for other modules
	Replaces  bool // whether it puts folders in the place of other modules
}

// Work is a go.work.
type Work struct {
	File      string
	Go        Version
	Toolchain Version
	Use       []Use
	Replaces  bool // whether it puts folders in the place of other modules
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
	_, vendored := files[VendorFile]
	p := &Project{Vendor: vendored}
	if data, ok := files[ModFile]; ok {
		p.Root = parseModule(ModFile, data, &errs)
	}
	if data, ok := files[WorkFile]; ok {
		p.Work = parseWork(WorkFile, data, &errs)
	}
	p.Members = members(p, files, &errs)
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

// Requires reports whether the project asks for any other module.
func (p *Project) Requires() bool {
	return slices.ContainsFunc(p.Members, func(m *Module) bool { return m.Requires })
}

// Shared reports whether the source of modules other than the main one is
// part of the project, so that modules from elsewhere may import it.
func (p *Project) Shared() bool {
	return p.Work != nil || p.Replaces()
}

// Replaces reports whether folders are put in the place of other modules.
func (p *Project) Replaces() bool {
	return p.Work != nil && p.Work.Replaces ||
		slices.ContainsFunc(p.Members, func(m *Module) bool { return m.Replaces })
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
	for _, v := range p.toolchains() {
		if v.IsSet() && Compare(v.Value, choice.Value) >= 0 {
			choice = v
		}
	}
	return choice
}

// toolchains gives the toolchain lines that the go command would look at: a
// workspace's own hides those of its members.
func (p *Project) toolchains() []Version {
	if p.Work != nil {
		return []Version{p.Work.Toolchain}
	}
	if p.Root != nil {
		return []Version{p.Root.Toolchain}
	}
	return nil
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
		errs.Errorf(use.At, "use %s: there is no %s in the build context", use.Dir, name)
		return nil
	}
	return parseModule(name, data, errs)
}

func parseModule(name string, data []byte, errs *diag.List) *Module {
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		addParseErrors(name, err, errs)
		return nil
	}
	m := &Module{Dir: path.Dir(name), File: name}
	if f.Module == nil {
		errs.Add(diag.Diagnostic{At: diag.At(name, 1, 1), Message: "no module line", Hint: "begin with one, as in `module example.com/hello`"})
		return nil
	}
	m.Path = f.Module.Mod.Path
	m.Requires = len(f.Require) > 0
	m.Replaces = slices.ContainsFunc(f.Replace, isLocal)
	if f.Go != nil {
		m.Go = Version{f.Go.Version, lineOf(name, f.Go.Syntax)}
	}
	m.Toolchain = toolchainOf(name, f.Toolchain)
	return m
}

func parseWork(name string, data []byte, errs *diag.List) *Work {
	f, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		addParseErrors(name, err, errs)
		return nil
	}
	w := &Work{File: name, Toolchain: toolchainOf(name, f.Toolchain), Replaces: slices.ContainsFunc(f.Replace, isLocal)}
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

// isLocal reports whether a folder replaces a module.
func isLocal(r *modfile.Replace) bool { return r.New.Version == "" }

func toolchainOf(name string, t *modfile.Toolchain) Version {
	if t == nil || t.Name == "default" {
		return Version{}
	}
	return Version{strings.TrimPrefix(t.Name, "go"), lineOf(name, t.Syntax)}
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
