package alpine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/gohull/gohull/llb/step/image/packages"
)

// fail keeps the first dead end: that of the best providers says most.
func (s *solver) fail(st state, p problem) {
	if s.deadEnd == nil {
		s.deadEnd = &packages.Error{Package: s.about(p), Wanted: s.root(st, p.reason), Message: s.explain(st, p)}
	}
}

// about returns the name of the package that a problem is about.
func (s *solver) about(p problem) string {
	switch {
	case p.clash != nil:
		return p.clash.added.name
	case p.by != nil:
		return p.by.name
	}
	return p.on.name
}

// root returns the word of the spec because of which a package came into question.
func (s *solver) root(st state, r reason) string {
	for n := 0; r.by != nil && n < 1000; n++ {
		r = st.reasons[r.by]
	}
	return r.on.word()
}

// explain says why a problem has no solution.
func (s *solver) explain(st state, p problem) string {
	switch {
	case p.clash != nil && p.clash.other.installed:
		return p.clash.text + ", and the base has " + p.clash.other.String() + s.chain(st, p.reason, p.clash.added)
	case p.clash != nil:
		return p.clash.text + ", and " + p.clash.other.String() + " was chosen" + s.chain(st, st.reasons[p.clash.other], p.clash.other) + s.chain(st, p.reason, p.clash.added)
	}
	if p.by == nil {
		return "no package can be added for " + p.on.String() + ": " + s.missing(st, p)
	}
	return p.by.String() + " needs " + p.on.String() + ", and " + s.missing(st, p) + s.chain(st, p.reason)
}

// missing says why no provider of a name will do.
func (s *solver) missing(st state, p problem) string {
	all := s.providers[p.on.name]
	if len(all) == 0 {
		return "no repository has it"
	}
	var unreadable, undecided, versions, chosen, tags []string
	for _, q := range all {
		switch {
		case !p.on.matches(q):
			versions = append(versions, withVersion(q))
		case q.pkg.installed:
		case !s.usable(q.pkg):
			unreadable = append(unreadable, fmt.Sprintf("%s is not usable: %v", q.pkg, s.of(q.pkg).err))
		case !s.allowed(st, p.by, p.on, q.pkg):
			tags = append(tags, q.pkg.name+"@"+q.pkg.repository.tag)
		case !st.free(q.pkg):
			chosen = append(chosen, st.chosen[q.pkg.name].String())
		case !s.choosable(st, p.on, q):
			undecided = append(undecided, q.pkg.name)
		}
	}
	switch {
	case len(chosen) > 0:
		return list(chosen) + " was chosen already"
	case len(undecided) > 0:
		return "several packages provide it: add one of " + list(undecided)
	case len(tags) > 0:
		return "only a repository with a tag has it: add " + list(tags)
	case len(unreadable) > 0:
		return list(unreadable)
	}
	return "there is only " + list(versions)
}

// withVersion returns what a provider has for a name.
func withVersion(p provider) string {
	if p.version == p.pkg.version {
		return p.pkg.String()
	}
	return p.version + " of " + p.pkg.String()
}

// list returns at most five of the words, each once.
func list(words []string) string {
	words = slices.Compact(slices.Sorted(slices.Values(words)))
	if len(words) > 5 {
		words = append(words[:5], "…")
	}
	return strings.Join(words, ", ")
}

// chain says how a package came into question, if it is there because of others.
// more are packages at the end of the chain.
func (s *solver) chain(st state, r reason, more ...*pkg) string {
	steps := more
	for by := r.by; by != nil && len(steps) < 20; by = st.reasons[by].by {
		steps = slices.Insert(steps, 0, by)
	}
	if len(steps) < 2 {
		return ""
	}
	var names []string
	for _, p := range steps {
		names = append(names, p.String())
	}
	return " (" + strings.Join(names, " -> ") + ")"
}

// unknown returns an error for a wanted name that nothing provides, or not in the
// version that is wanted.
func (c *catalog) unknown(d dependency, repositories []*repository) error {
	all := c.providers[d.name]
	if len(all) == 0 {
		return &packages.Error{Package: d.name, Message: "there is no package " + d.name + " in " + places(repositories), Hint: c.near(d.name)}
	}
	if slices.ContainsFunc(all, d.matches) {
		return nil
	}
	var versions []string
	for _, p := range all {
		versions = append(versions, withVersion(p))
	}
	return &packages.Error{
		Package: d.name,
		Message: fmt.Sprintf("there is no %s in %s", d, places(repositories)),
		Hint:    "there is " + list(versions) + "; repositories drop old versions when new ones come",
	}
}

func places(repositories []*repository) string {
	var all []string
	for _, r := range repositories {
		all = append(all, r.url)
	}
	return strings.Join(all, ", ")
}

// near returns a hint with names that were probably meant: of a package with a
// command of this name, names that contain it, or names with a typo.
func (c *catalog) near(name string) string {
	var found []string
	for _, p := range c.providers["cmd:"+name] {
		found = append(found, p.pkg.name)
	}
	if len(found) > 0 {
		return "the command " + name + " is in " + list(found)
	}
	for other := range c.providers {
		own := len(c.providers[other]) > 0 && c.providers[other][0].pkg.name == other
		if own && similar(name, other) {
			found = append(found, other)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return "did you mean " + closest(name, found) + "?"
}

// similar reports whether a name differs by a version ("python", "python3"), or by
// a letter or two.
func similar(name, other string) bool {
	unversioned := func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}
	return strings.Map(unversioned, name) == strings.Map(unversioned, other) ||
		levenshtein.Distance(name, other, nil) <= max(1, len(name)/4)
}

// closest returns the three closest names.
func closest(name string, names []string) string {
	slices.SortFunc(names, func(a, b string) int {
		if d := levenshtein.Distance(name, a, nil) - levenshtein.Distance(name, b, nil); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return strings.Join(names[:min(3, len(names))], ", ")
}
