package alpine

import (
	"maps"
	"slices"
)

// state is what the resolver has chosen so far. States do not change: with returns
// a new one.
type state struct {
	chosen  map[string]*pkg // by name
	list    []*pkg          // in the order of choice; the base's first
	reasons map[*pkg]reason // why a package was added
	tags    map[*pkg]string // the tag of repositories that a package's dependencies may be from
	clashes []clash         // with packages of the base that may still be replaced
	skipped map[string]bool // packages with install_if that would clash
}

// reason is the dependency because of which a package was added, and whose it is:
// nil for the spec's.
type reason struct {
	by *pkg
	on dependency
}

// clash is two packages that cannot be there together.
type clash struct {
	added, other *pkg
	text         string
}

func newState(installed []*pkg) state {
	st := state{chosen: map[string]*pkg{}, reasons: map[*pkg]reason{}, tags: map[*pkg]string{}, skipped: map[string]bool{}}
	for _, p := range installed {
		st.chosen[p.name] = p
		st.list = append(st.list, p)
		st.tags[p] = p.tag
	}
	return st
}

// has reports whether a provider is chosen.
func (st state) has(p provider) bool { return st.chosen[p.pkg.name] == p.pkg }

// free reports whether p can be chosen: no other version is, except one of the
// base, which p replaces.
func (st state) free(p *pkg) bool {
	was := st.chosen[p.name]
	return was == nil || was.installed && was != p
}

// with returns the state with p chosen. It fails if p clashes with a package that
// was added.
func (st state) with(c *catalog, p *pkg, why reason) (state, *clash) {
	next := state{
		chosen:  maps.Clone(st.chosen),
		list:    slices.DeleteFunc(slices.Clone(st.list), func(q *pkg) bool { return q.name == p.name }),
		reasons: maps.Clone(st.reasons),
		tags:    maps.Clone(st.tags),
		clashes: slices.DeleteFunc(slices.Clone(st.clashes), func(k clash) bool { return k.other.name == p.name }),
		skipped: st.skipped,
	}
	next.chosen[p.name] = p
	next.reasons[p] = why
	next.tags[p] = why.on.tag
	if why.on.tag == "" && why.by != nil {
		next.tags[p] = st.tags[why.by]
	}
	for _, q := range next.list {
		text := c.clashes(p, q)
		if text == "" {
			continue
		}
		k := clash{p, q, text}
		if !q.installed {
			return st, &k
		}
		next.clashes = append(next.clashes, k)
	}
	next.list = append(next.list, p)
	return next, nil
}

// clashes returns why two packages cannot be there together, else "".
func (c *catalog) clashes(p, q *pkg) string {
	if d, ok := c.excludes(p, q); ok {
		return p.String() + " conflicts with " + d.name + d.op + d.version
	}
	if d, ok := c.excludes(q, p); ok {
		return q.String() + " conflicts with " + d.name + d.op + d.version
	}
	names := c.of(p).names
	for _, name := range c.of(q).provides {
		version, both := names[name.name]
		// A name without a version may have several providers.
		if both && (version != "" || name.version != "") {
			return "both " + p.String() + " and " + q.String() + " provide " + name.name
		}
	}
	return ""
}

// excludes returns the dependency of p that forbids q.
func (c *catalog) excludes(p, q *pkg) (dependency, bool) {
	for _, d := range c.of(p).conflicts {
		for _, name := range c.of(q).provides {
			if d.name == name.name && d.matches(provider{q, name.version}) {
				return d, true
			}
		}
	}
	return dependency{}, false
}
