package gomod

import (
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// Vendor is a vendor/modules.txt.
//
//	## workspace                        a workspace made it
//	# example.com/a v1.0.0 => ../a      a module, and what replaces it
//	## explicit; go 1.26                a go.mod requires it; its own go line
//	example.com/a/b                     a package of it
//	# example.com/a => ../a             a replacement of all versions
type Vendor struct {
	Workspace bool
	Modules   []*Vendored          // in the order of their first lines
	ByPackage map[string]*Vendored // by import path

	byVersion map[module.Version]*Vendored
	latest    map[string]string // by module path: the newest version that has packages
	listed    []*Vendored       // those whose packages are built; may repeat
}

// Vendored is a module of it. Several lines for one version add up.
type Vendored struct {
	module.Version                // without a version: a replacement of all versions
	By             module.Version // what replaces it; the zero value if nothing does
	Explicit       bool           // whether a go.mod of the project requires it
	Packages       int            // how many of its packages there are
	Go             string         // its own go line
	Line           int            // the first line about it
	GoLine         int            // the line with Go
}

// ParseVendor reads a vendor/modules.txt. It passes over what it does not
// know, as the go command does.
func ParseVendor(data []byte) *Vendor {
	p := vendorParser{v: &Vendor{
		ByPackage: map[string]*Vendored{}, byVersion: map[module.Version]*Vendored{}, latest: map[string]string{},
	}}
	for text := range strings.Lines(string(data)) {
		p.line++
		p.read(strings.TrimSuffix(text, "\n"))
	}
	return p.v
}

// Find returns what is said of a module version, nil if nothing is.
func (v *Vendor) Find(m module.Version) *Vendored { return v.byVersion[m] }

type vendorParser struct {
	v    *Vendor
	line int
	mod  *Vendored // what packages and notes belong to; nil for none
}

func (p *vendorParser) read(text string) {
	notes, isNotes := strings.CutPrefix(text, "## ")
	switch {
	case isNotes && p.line == 1 && slices.Contains(splitNotes(notes), "workspace"):
		p.v.Workspace = true
	case strings.HasPrefix(text, "# "):
		p.module(strings.Fields(text)[1:])
	case p.mod == nil:
	case isNotes:
		p.notes(notes)
	default:
		p.pkg(strings.Fields(text))
	}
}

// module reads "PATH [VERSION] [=> PATH [VERSION]]".
func (p *vendorParser) module(words []string) {
	switch {
	case len(words) < 2: // The go command stays at the module before.
	case semver.IsValid(words[1]):
		p.mod = p.at(module.Version{Path: words[0], Version: words[1]})
		p.replaced(words[2:])
	case words[1] == "=>":
		p.mod = p.at(module.Version{Path: words[0]})
		p.replaced(words[1:])
	default:
		p.mod = nil
	}
}

func (p *vendorParser) replaced(words []string) {
	switch {
	case len(words) == 2 && words[0] == "=>":
		p.mod.By = module.Version{Path: words[1]}
	case len(words) == 3 && words[0] == "=>" && semver.IsValid(words[2]):
		p.mod.By = module.Version{Path: words[1], Version: words[2]}
	}
}

func (p *vendorParser) at(m module.Version) *Vendored {
	if has := p.v.Find(m); has != nil {
		return has
	}
	has := &Vendored{Version: m, Line: p.line}
	p.v.byVersion[m] = has
	p.v.Modules = append(p.v.Modules, has)
	return has
}

func (p *vendorParser) notes(notes string) {
	for _, note := range splitNotes(notes) {
		p.mod.Explicit = p.mod.Explicit || note == "explicit"
		if version, ok := strings.CutPrefix(note, "go "); ok {
			p.mod.Go, p.mod.GoLine = version, p.line
		}
	}
}

// pkg reads a package. Its module is one that is built, in the newest of the
// versions that have packages.
func (p *vendorParser) pkg(words []string) {
	if len(words) != 1 || module.CheckImportPath(words[0]) != nil {
		return
	}
	m := p.mod
	p.v.ByPackage[words[0]] = m
	m.Packages++
	if latest, ok := p.v.latest[m.Path]; !ok || semver.Compare(latest, m.Version.Version) < 0 {
		p.v.latest[m.Path] = m.Version.Version
		p.v.listed = append(p.v.listed, m)
	}
}

func splitNotes(notes string) []string {
	all := strings.Split(notes, ";")
	for i, note := range all {
		all[i] = strings.TrimSpace(note)
	}
	return all
}
