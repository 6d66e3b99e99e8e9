// Package resolve decides which packages have to be added so that all that are
// wanted work. It reads nothing: the result is a function of what is known.
package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// Package is a version of a package, in a repository or in a base.
type Package struct {
	control.Paragraph
	Name     string
	Version  string
	Arch     string
	Root     string // address of the repository; empty of one in a base
	Priority int    // of its repository, as apt has it

	needs     []control.Alternatives // Pre-Depends and Depends
	conflicts []control.Relation     // Conflicts and Breaks
	provides  []control.Relation
	parsed    bool
	invalid   error
}

// NewPackage returns the package that a paragraph describes.
func NewPackage(p control.Paragraph) *Package {
	return &Package{Paragraph: p, Name: p.Get("Package"), Version: p.Get("Version"), Arch: p.Get("Architecture")}
}

func (p *Package) String() string { return p.Name + " " + p.Version }

// source returns the name of the source package.
func (p *Package) source() string {
	if name, _, _ := strings.Cut(p.Get("Source"), " "); name != "" {
		return name
	}
	return p.Name
}

// parse reads the relations, which most packages of an index never need.
func (p *Package) parse() error {
	if p.parsed {
		return p.invalid
	}
	p.parsed = true
	if !control.IsName(p.Name) || !control.IsVersion(p.Version) {
		p.invalid = fmt.Errorf("a package has the name %q and the version %q", p.Name, p.Version)
		return p.invalid
	}
	for _, name := range []string{"Pre-Depends", "Depends"} {
		p.needs = append(p.needs, p.relations(name)...)
	}
	for _, name := range []string{"Conflicts", "Breaks"} {
		p.conflicts = append(p.conflicts, slices.Concat(p.relations(name)...)...)
	}
	p.provides = slices.Concat(p.relations("Provides")...)
	return p.invalid
}

func (p *Package) relations(field string) []control.Alternatives {
	all, err := control.Relations(p.Get(field))
	if err != nil && p.invalid == nil {
		p.invalid = fmt.Errorf("%s: %s: %w", p, field, err)
	}
	return all
}

// is reports whether the package satisfies a relation, by its name or by one
// that it provides.
func (p *Package) is(r control.Relation) bool {
	if p.Name == r.Name && r.Holds(p.Version) {
		return true
	}
	if p.parse() != nil {
		return false
	}
	return slices.ContainsFunc(p.provides, func(v control.Relation) bool {
		// What is provided without a version satisfies no relation with one.
		return v.Name == r.Name && r.Holds(v.Version)
	})
}

// clash returns the relation of p that forbids q. No package conflicts with itself.
func (p *Package) clash(q *Package) (control.Relation, bool) {
	if p.Name == q.Name || p.parse() != nil {
		return control.Relation{}, false
	}
	for _, r := range p.conflicts {
		if q.is(r) {
			return r, true
		}
	}
	return control.Relation{}, false
}

// importance orders providers of a name: what a system should have comes first.
func (p *Package) importance() int {
	order := []string{"required", "important", "standard", "optional", "extra"}
	if i := slices.Index(order, p.Get("Priority")); i >= 0 {
		return i
	}
	return len(order)
}

// Universe is all packages that are known.
type Universe struct {
	arch      string
	available map[string][]*Package // by name
	providers map[string][]*Package // by a name that they provide, installed ones too
	installed map[string]*Package
	assumed   map[string]bool
}

// NewUniverse returns a universe without packages, for an architecture.
func NewUniverse(arch string) *Universe {
	return &Universe{arch, map[string][]*Package{}, map[string][]*Package{}, map[string]*Package{}, map[string]bool{}}
}

// Add adds a package of a repository. The first of a version counts.
func (u *Universe) Add(p *Package) {
	for _, q := range u.available[p.Name] {
		if q.Version == p.Version {
			return
		}
	}
	u.available[p.Name] = append(u.available[p.Name], p)
	u.addProvides(p)
}

// AddInstalled adds a package that the base has.
func (u *Universe) AddInstalled(p *Package) {
	u.installed[p.Name] = p
	u.addProvides(p)
}

// Installed returns the version of a package in the base, empty if it is missing.
func (u *Universe) Installed(name string) string {
	if p := u.installed[name]; p != nil {
		return p.Version
	}
	return ""
}

// Assume makes a package count as installed, in any version, unless it is wanted.
func (u *Universe) Assume(names ...string) {
	for _, name := range names {
		u.assumed[name] = true
	}
}

// addProvides notes the names only. Relations are read when they are needed.
func (u *Universe) addProvides(p *Package) {
	provides, found := p.Lookup("Provides")
	if !found {
		return
	}
	for one := range strings.SplitSeq(provides, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(one), " ")
		name, _, _ = strings.Cut(name, ":")
		name, _, _ = strings.Cut(name, "(")
		if all := u.providers[name]; len(all) == 0 || all[len(all)-1] != p {
			u.providers[name] = append(all, p)
		}
	}
}

// candidates returns the versions of a package, the one that apt takes first.
func (u *Universe) candidates(name string) []*Package {
	all := slices.Clone(u.available[name])
	slices.SortStableFunc(all, func(a, b *Package) int {
		if a.Priority != b.Priority {
			return b.Priority - a.Priority
		}
		return control.Compare(b.Version, a.Version)
	})
	return all
}

// targets returns the packages that satisfy a relation, the best first: those of
// this name, then those that provide it.
func (u *Universe) targets(r control.Relation) []*Package {
	if r.Arch != "" && r.Arch != "any" && r.Arch != "native" && r.Arch != u.arch {
		return nil
	}
	var all []*Package
	for _, p := range u.candidates(r.Name) {
		if r.Holds(p.Version) {
			all = append(all, p)
		}
	}
	return append(all, u.provide(r)...)
}

// provide returns the packages that provide what a relation names.
func (u *Universe) provide(r control.Relation) (all []*Package) {
	for _, p := range u.providers[r.Name] {
		best := u.candidates(p.Name)
		if p.Root != "" && p.Name != r.Name && best[0] == p && p.is(r) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *Package) int {
		if a.importance() != b.importance() {
			return a.importance() - b.importance()
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all
}
