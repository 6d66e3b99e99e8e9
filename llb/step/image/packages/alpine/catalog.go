package alpine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// catalog is what there is: packages of the base and of repositories.
type catalog struct {
	providers   map[string][]provider // by name
	conditional []*pkg                // with install_if
	parsed      map[*pkg]relations
}

// relations are lists of a package, parsed when the resolver asks for them.
type relations struct {
	needs     []dependency
	conflicts []dependency
	provides  []provided
	names     map[string]string // the same: versions by name
	err       error
}

// provided is a name that a package provides, its own included, with the version.
type provided struct{ name, version string }

// newCatalog returns the catalog. A package of a repository that the base has is
// the base's. A package that several repositories have is from the first one.
func newCatalog(installed, available []*pkg) *catalog {
	c := &catalog{providers: map[string][]provider{}, parsed: map[*pkg]relations{}}
	seen := map[[3]string]bool{}
	for _, p := range slices.Concat(installed, available) {
		tag := ""
		if p.repository != nil {
			tag = p.repository.tag
		}
		if key := [3]string{p.name, p.version, tag}; seen[key] {
			continue
		} else {
			seen[key] = true
		}
		c.add(p)
	}
	return c
}

func (c *catalog) add(p *pkg) {
	c.providers[p.name] = append(c.providers[p.name], provider{p, p.version})
	for word := range strings.FieldsSeq(p.provides) {
		name, version := word, ""
		if i := strings.IndexAny(word, "=<>~"); i >= 0 {
			name, version = word[:i], strings.TrimLeft(word[i:], "=<>~")
		}
		c.providers[name] = append(c.providers[name], provider{p, version})
	}
	if p.installIf != "" {
		c.conditional = append(c.conditional, p)
	}
}

// of returns what a package needs, provides, and conflicts with.
func (c *catalog) of(p *pkg) relations {
	if r, ok := c.parsed[p]; ok {
		return r
	}
	r := relations{provides: []provided{{p.name, p.version}}}
	all, err := parseDependencies(p.depends)
	r.err = err
	for _, d := range all {
		if d.conflict {
			r.conflicts = append(r.conflicts, d)
		} else {
			r.needs = append(r.needs, d)
		}
	}
	words, err := parseDependencies(p.provides)
	r.err = cmp.Or(r.err, err)
	if !validVersion(p.version) {
		r.err = fmt.Errorf("%q is no version", p.version)
	}
	for _, d := range words {
		r.provides = append(r.provides, provided{d.name, d.version})
	}
	r.names = map[string]string{}
	for _, name := range r.provides {
		r.names[name.name] = name.version
	}
	c.parsed[p] = r
	return r
}

// versions returns the packages of a name, the newest first.
func (c *catalog) versions(name string) []*pkg {
	var all []*pkg
	for _, p := range c.providers[name] {
		if p.pkg.name == name {
			all = append(all, p.pkg)
		}
	}
	slices.SortStableFunc(all, func(a, b *pkg) int { return compareVersions(b.version, a.version, false) })
	return all
}

// preferred orders providers of one name as apk does: by version of the name, by
// version of the package, by priority, and by repository.
func preferred(d dependency) func(a, b provider) int {
	return func(a, b provider) int {
		versions := 0
		if a.version != "" && b.version != "" {
			versions = compareVersions(b.version, a.version, false)
		}
		own := 0
		if a.pkg.name == b.pkg.name {
			own = compareVersions(b.pkg.version, a.pkg.version, false)
		}
		return cmp.Or(
			cmp.Compare(b.pkg.pinned(d.tag), a.pkg.pinned(d.tag)),
			versions,
			own,
			cmp.Compare(b.pkg.priority, a.pkg.priority),
			cmp.Compare(a.pkg.order(), b.pkg.order()),
			strings.Compare(a.pkg.name, b.pkg.name),
		)
	}
}

// pinned returns 1 if a package is from the repositories of a tag.
func (p *pkg) pinned(tag string) int {
	if p.repository != nil && p.repository.tag == tag {
		return 1
	}
	return 0
}

// order returns the place of a package's repository in the list.
func (p *pkg) order() int {
	if p.repository == nil {
		return -1
	}
	return p.repository.order
}
