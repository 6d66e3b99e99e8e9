package project

import (
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// Vendor is a vendor/modules.txt.
//
//	## workspace                        it is that of a workspace
//	# example.com/a v1.0.0 => ../a      a module, and what replaces it
//	## explicit; go 1.26                what its own go.mod, and others, say of it
//	example.com/a/b                     a package of it
//	# example.com/a => ../a             a replacement of all versions
type Vendor struct {
	File      string
	Workspace bool
	Modules   []Vendored
}

// Vendored is a module in it.
type Vendored struct {
	module.Version                // without a version: a replacement of all versions
	By             module.Version // what replaces it; the zero value if nothing does
	Explicit       bool           // whether a go.mod of the project requires it
	Packages       int            // how many of its packages there are
	Go             Version        // its own go line
	At             diag.Range
}

// Find is the entry of a module and version, nil when there is none.
func (v *Vendor) Find(mod module.Version) *Vendored {
	for i := range v.Modules {
		if v.Modules[i].Version == mod {
			return &v.Modules[i]
		}
	}
	return nil
}

// parseVendor passes over what it does not know, as the go command does.
func parseVendor(name string, data []byte) *Vendor {
	v := &Vendor{File: name}
	last := &Vendored{} // takes the lines that belong to no module
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		notes, isNotes := strings.CutPrefix(line, "## ")
		entry, isModule := strings.CutPrefix(line, "# ")
		switch {
		case isNotes && number == 1:
			v.Workspace = hasNote(notes, "workspace")
		case isNotes:
			last.note(notes, lineAt(name, number, line))
		case isModule:
			last = &Vendored{}
			if m, ok := parseVendored(entry); ok {
				m.At = lineAt(name, number, line)
				v.Modules = append(v.Modules, m)
				last = &v.Modules[len(v.Modules)-1]
			}
		case line != "":
			last.Packages++
		}
	}
	return v
}

// parseVendored reads "PATH [VERSION] [=> PATH [VERSION]]".
func parseVendored(entry string) (Vendored, bool) {
	var m Vendored
	left, right, isReplaced := strings.Cut(entry, "=>")
	old, by := strings.Fields(left), strings.Fields(right)
	switch {
	case len(old) == 2 && semver.IsValid(old[1]):
		m.Version = module.Version{Path: old[0], Version: old[1]}
	case len(old) == 1 && isReplaced:
		m.Version = module.Version{Path: old[0]}
	default:
		return m, false
	}
	switch {
	case len(by) == 1:
		m.By = module.Version{Path: by[0]}
	case len(by) == 2 && semver.IsValid(by[1]):
		m.By = module.Version{Path: by[0], Version: by[1]}
	}
	return m, true
}

func (m *Vendored) note(notes string, at diag.Range) {
	m.Explicit = m.Explicit || hasNote(notes, "explicit")
	for note := range strings.SplitSeq(notes, ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(note), "go "); ok {
			m.Go = Version{value, at}
		}
	}
}

func hasNote(notes, want string) bool {
	for note := range strings.SplitSeq(notes, ";") {
		if strings.TrimSpace(note) == want {
			return true
		}
	}
	return false
}

func lineAt(name string, number int, line string) diag.Range {
	r := diag.At(name, number, 1)
	r.End = diag.Pos{Line: number, Col: 1 + len([]rune(line))}
	return r
}
