package gomod

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// Names of the files that describe a project.
const (
	ModFile  = "go.mod"
	WorkFile = "go.work"
)

// Replace is a replace line of a go.mod or go.work.
type Replace struct {
	Old    module.Version // without a version: all versions
	New    module.Version // without a version: a directory, as it is written: "../lib"
	File   string         // the file of the line: "svc/go.mod"
	Syntax *modfile.Line
}

// Replaces returns the replace lines of a file.
func Replaces(file string, lines []*modfile.Replace) []Replace {
	var all []Replace
	for _, r := range lines {
		all = append(all, Replace{r.Old, r.New, file, r.Syntax})
	}
	return all
}

// IsDir reports whether a directory replaces the module.
func (r Replace) IsDir() bool { return r.New.Version == "" }

// Dir is the directory that replaces the module.
func (r Replace) Dir() string {
	if path.IsAbs(r.New.Path) {
		return path.Clean(r.New.Path)
	}
	return path.Join(path.Dir(r.File), r.New.Path)
}

// Outside reports whether the directory is outside of the context.
func (r Replace) Outside() bool { return outside(r.Dir()) }

func outside(dir string) bool {
	return path.IsAbs(dir) || dir == ".." || strings.HasPrefix(dir, "../")
}

// Replacements are all replace lines of a project. The lists are as the go
// command reads them: members are in the order of the use lines.
type Replacements struct {
	Mains   []string    // paths of the main modules
	InWork  bool        // whether there is a go.work
	WorkDir string      // its directory
	Work    []Replace   // the lines of go.work
	Members [][]Replace // the lines of each main module
}

// NewReplacements collects the replace lines of a project: work is its
// go.work, nil if it has none, and mods are its main modules. Each has its file
// as the name of its syntax.
func NewReplacements(work *modfile.WorkFile, mods []*modfile.File) Replacements {
	rs := Replacements{InWork: work != nil}
	if rs.InWork {
		rs.WorkDir = path.Dir(work.Syntax.Name)
		rs.Work = Replaces(work.Syntax.Name, work.Replace)
		mods = inOrder(work, mods)
	}
	for _, f := range mods {
		if f.Module != nil {
			rs.Mains = append(rs.Mains, f.Module.Mod.Path)
		}
		rs.Members = append(rs.Members, Replaces(f.Syntax.Name, f.Replace))
	}
	return rs
}

// inOrder sorts modules as a go.work names them.
func inOrder(work *modfile.WorkFile, mods []*modfile.File) []*modfile.File {
	var all []*modfile.File
	for _, use := range work.Use {
		for _, f := range mods {
			if dir, _ := UseDir(work.Syntax.Name, use); path.Dir(f.Syntax.Name) == dir {
				all = append(all, f)
			}
		}
	}
	return all
}

// Of returns the line that decides what a module version is replaced with. A
// line with that version comes before a line for all versions, but any line
// of go.work comes before those of go.mod files. If go.mod files contradict
// each other, the go command may refuse to build, and Of returns the line
// that it names.
func (rs Replacements) Of(m module.Version) (by Replace, ok bool) {
	if m.Version == "" && slices.Contains(rs.Mains, m.Path) {
		return Replace{}, false
	}
	if by, ok := replacing(rs.Work, m); ok {
		return by, true
	}
	for _, lines := range rs.Members {
		other, found := replacing(lines, m)
		switch {
		case !found:
		case ok && other.Old.Version != "" && other.New != by.New:
			return by, true
		default:
			by, ok = other, true
		}
	}
	return by, ok
}

// Fetched returns what is downloaded for a module version: itself, or what
// replaces it. It is false for a directory, which is not downloaded.
func (rs Replacements) Fetched(m module.Version) (module.Version, bool) {
	by, ok := rs.Of(m)
	if !ok {
		return m, true
	}
	return by.New, !by.IsDir()
}

// All returns every line, those of go.work first.
func (rs Replacements) All() []Replace {
	return slices.Concat(append([][]Replace{rs.Work}, rs.Members...)...)
}

// replacing is the line of one file that replaces a module version.
func replacing(lines []Replace, m module.Version) (Replace, bool) {
	for _, old := range []module.Version{m, {Path: m.Path}} {
		if i := slices.IndexFunc(lines, func(r Replace) bool { return r.Old == old }); i >= 0 {
			return lines[i], true
		}
	}
	return Replace{}, false
}

// InVendor is the replacement as vendor/modules.txt has it: in a workspace,
// directories that a go.mod names are relative to that of the go.work.
func (rs Replacements) InVendor(r Replace) module.Version {
	if !rs.InWork || !r.IsDir() || path.IsAbs(r.New.Path) || path.Base(r.File) == WorkFile {
		return r.New
	}
	return module.Version{Path: Relative(rs.WorkDir, r.Dir())}
}
