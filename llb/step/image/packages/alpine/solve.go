package alpine

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// solver adds packages to those of the base until everything that is wanted is
// there, with its dependencies. Like apk, it takes the best provider of a name.
// Unlike apk, it tries the next one if that leads nowhere.
//
// A package of the base stays, unless a package that is added needs another
// version. Nothing of the base is removed.
type solver struct {
	*catalog
	wants   []dependency
	broken  map[*pkg]map[string]bool // dependencies that the base does not satisfy by itself
	base    state
	steps   int
	deadEnd error // the first one: of the best providers
}

// maxSteps is far above what real packages need: a few hundred.
const maxSteps = 20000

var errSteps = errors.New("the packages exclude each other in too many ways: name fewer packages, or pin versions")

// solve returns the packages to add, dependencies first.
func (c *catalog) solve(installed []*pkg, wants []dependency) ([]*pkg, error) {
	s := &solver{catalog: c, wants: wants, base: newState(installed), broken: map[*pkg]map[string]bool{}}
	for _, p := range installed {
		s.broken[p] = map[string]bool{}
		for _, d := range c.of(p).needs {
			if !s.satisfied(s.base, d) {
				s.broken[p][d.String()] = true
			}
		}
	}
	if st, ok := s.search(s.base); ok {
		return s.sorted(st), nil
	}
	if s.steps > maxSteps {
		return nil, errSteps
	}
	return nil, s.deadEnd
}

func (s *solver) satisfied(st state, d dependency) bool {
	return slices.ContainsFunc(s.providers[d.name], func(p provider) bool { return st.has(p) && d.matches(p) })
}

// problem is something that a state lacks, and the packages that can be chosen
// next because of it, the best first.
type problem struct {
	reason
	options []*pkg
	clash   *clash
}

// search returns a state without problems that follows from st.
func (s *solver) search(st state) (state, bool) {
	if s.steps++; s.steps > maxSteps {
		return st, false
	}
	p, ok := s.next(st)
	if !ok {
		return s.extend(st)
	}
	if len(p.options) == 0 {
		s.fail(st, p)
		return st, false
	}
	for _, option := range p.options {
		next, clash := st.with(s.catalog, option, p.reason)
		if clash != nil {
			s.fail(st, problem{reason: p.reason, clash: clash})
			continue
		}
		if done, ok := s.search(next); ok {
			return done, true
		}
	}
	return st, false
}

// next returns the problem with the fewest options: a name with one provider is
// decided before a name with a choice.
func (s *solver) next(st state) (problem, bool) {
	var best problem
	found := false
	consider := func(p problem) {
		if !found || weight(p) < weight(best) {
			best, found = p, true
		}
	}
	for _, k := range st.clashes {
		consider(problem{reason: st.reasons[k.added], options: s.replacements(st, k.other), clash: &k})
	}
	for _, d := range s.wants {
		if !s.satisfied(st, d) {
			consider(problem{reason: reason{nil, d}, options: s.options(st, nil, d)})
		}
	}
	for _, p := range st.list {
		for _, d := range s.of(p).needs {
			if !s.satisfied(st, d) && !s.broken[p][d.String()] {
				consider(problem{reason: reason{p, d}, options: s.options(st, p, d)})
			}
		}
	}
	return best, found
}

// weight is the number of names among the options. No option comes last: another
// choice may bring what is missing.
func weight(p problem) int {
	names := map[string]bool{}
	for _, o := range p.options {
		names[o.name] = true
	}
	return cmp.Or(len(names), 1<<30)
}

// options returns the packages that satisfy a dependency of a package, or of the
// spec if by is nil. A package of the base may also be replaced by a version that
// does not have the dependency.
func (s *solver) options(st state, by *pkg, d dependency) []*pkg {
	var all []provider
	for _, p := range s.providers[d.name] {
		if d.matches(p) && s.usable(p.pkg) && s.allowed(st, by, d, p.pkg) && st.free(p.pkg) && s.choosable(st, d, p) {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, preferred(d))
	var pkgs []*pkg
	for _, p := range all {
		pkgs = append(pkgs, p.pkg)
	}
	if by != nil && by.installed {
		pkgs = append(pkgs, s.replacements(st, by)...)
	}
	return slices.Compact(pkgs)
}

// replacements returns other versions of a package of the base.
func (s *solver) replacements(st state, p *pkg) []*pkg {
	var all []*pkg
	for _, q := range s.versions(p.name) {
		if st.free(q) && s.usable(q) && s.allowed(st, p, dependency{}, q) {
			all = append(all, q)
		}
	}
	return all
}

// usable reports whether apk could understand a package's lists.
func (s *solver) usable(p *pkg) bool {
	return !p.installed && s.of(p).err == nil
}

// allowed reports whether a package may be from the repository that it is from.
func (s *solver) allowed(st state, by *pkg, d dependency, p *pkg) bool {
	tag := p.repository.tag
	return tag == "" || tag == d.tag || by != nil && tag == st.tags[by]
}

// choosable reports whether a name stands for a provider without being the name of
// one of its versions. Without a version or a priority, it does not: somebody has to
// decide for one of the providers.
func (s *solver) choosable(st state, d dependency, p provider) bool {
	return p.version != "" || p.pkg.priority != 0 || slices.ContainsFunc(s.wants, func(w dependency) bool { return w.name == p.pkg.name })
}

// extend adds the packages with install_if whose conditions are met, and were not
// in the base alone.
func (s *solver) extend(st state) (state, bool) {
	for _, p := range s.conditional {
		if p.installed || p.repository.tag != "" || st.skipped[p.String()] || st.chosen[p.name] != nil || !s.usable(p) {
			continue
		}
		all, err := parseDependencies(p.installIf)
		if err != nil || !s.met(st, all) || s.met(s.base, all) {
			continue
		}
		dead := s.deadEnd
		if next, clash := st.with(s.catalog, p, reason{s.chosenFor(st, all[0]), all[0]}); clash == nil {
			if done, ok := s.search(next); ok {
				return done, true
			}
		}
		s.deadEnd = dead
		st.skipped[p.String()] = true
	}
	return st, true
}

func (s *solver) met(st state, all []dependency) bool {
	for _, d := range all {
		if s.satisfied(st, d) == d.conflict {
			return false
		}
	}
	return len(all) > 0
}

// chosenFor returns the package that satisfies a dependency.
func (s *solver) chosenFor(st state, d dependency) *pkg {
	for _, p := range s.providers[d.name] {
		if st.has(p) && d.matches(p) {
			return p.pkg
		}
	}
	return nil
}

// sorted returns what was added, dependencies first. Names decide where
// dependencies do not.
func (s *solver) sorted(st state) []*pkg {
	var added, sorted []*pkg
	for _, p := range st.list {
		if !p.installed {
			added = append(added, p)
		}
	}
	slices.SortFunc(added, func(a, b *pkg) int { return strings.Compare(a.name, b.name) })
	visited := map[*pkg]bool{}
	var visit func(p *pkg)
	visit = func(p *pkg) {
		if p == nil || p.installed || visited[p] {
			return
		}
		visited[p] = true
		for _, d := range s.of(p).needs {
			visit(s.chosenFor(st, d))
		}
		sorted = append(sorted, p)
	}
	for _, p := range added {
		visit(p)
	}
	return sorted
}
