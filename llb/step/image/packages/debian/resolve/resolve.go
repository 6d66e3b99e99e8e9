package resolve

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// attempts is how many packages are tried in all. Real lists need some hundred.
const attempts = 50_000

// Resolve returns the packages that have to be unpacked so that everything
// wanted is there: dependencies first, in the same order for the same input.
// A package that the base has is among them only if it has to become another
// version.
func (u *Universe) Resolve(wants []packages.Want) ([]*Package, error) {
	s := &state{Universe: u, chosen: map[string]*Package{}, left: attempts}
	roots := make([]*Package, len(wants))
	for i, want := range wants {
		p, err := u.root(want)
		if err != nil {
			return nil, err
		}
		roots[i] = p
	}
	s.roots = slices.DeleteFunc(slices.Clone(roots), func(p *Package) bool { return p == nil })
	for i, p := range roots {
		if p == nil {
			continue
		}
		if err := s.install(p); err != nil {
			return nil, &packages.Error{Package: p.Name, Wanted: wants[i].Name, Message: err.Error(), Hint: hint(err)}
		}
	}
	return s.done, nil
}

// root returns the package that satisfies a want, nil if the base has it.
func (u *Universe) root(want packages.Want) (*Package, error) {
	if want.Version != "" {
		return u.exactly(want)
	}
	if _, found := u.installed[want.Name]; found {
		return nil, nil
	}
	if all := u.candidates(want.Name); len(all) > 0 {
		return all[0], nil
	}
	return u.virtual(want)
}

// exactly returns one version of a package.
func (u *Universe) exactly(want packages.Want) (*Package, error) {
	r := control.Relation{Name: want.Name, Operator: "=", Version: want.Version}
	if p := u.installed[want.Name]; p != nil && r.Holds(p.Version) {
		return nil, nil
	}
	all := u.candidates(want.Name)
	var have []string
	for _, p := range all {
		if r.Holds(p.Version) {
			return p, nil
		}
		have = append(have, p.Version)
	}
	if len(all) == 0 {
		return u.virtual(want)
	}
	return nil, wantError(want, fmt.Sprintf("no repository has %s in the version %s", want.Name, want.Version), "there is "+strings.Join(have, ", "))
}

// virtual returns the only package that provides a name.
func (u *Universe) virtual(want packages.Want) (*Package, error) {
	r := control.Relation{Name: want.Name}
	if u.holds(r, u.installed) && want.Version == "" {
		return nil, nil
	}
	all := u.provide(r)
	switch {
	case len(all) == 0:
		return nil, u.missing(want)
	case want.Version != "":
		return nil, wantError(want, want.Name+" is provided by other packages, and has no version itself", "name one of "+names(all))
	case len(all) > 1:
		return nil, wantError(want, want.Name+" is provided by several packages", "name one of "+names(all))
	}
	return all[0], nil
}

func names(all []*Package) string {
	list := make([]string, len(all))
	for i, p := range all {
		list[i] = p.Name
	}
	return strings.Join(list, ", ")
}

func wantError(want packages.Want, message, hint string) error {
	return &packages.Error{Package: want.Name, Wanted: want.Name, Message: message, Hint: hint}
}

// state is what is chosen so far. What fails is taken back.
type state struct {
	*Universe
	roots  []*Package
	chosen map[string]*Package
	trail  []*Package // that are chosen, in this order
	done   []*Package // whose dependencies are chosen too
	left   int
}

// current returns the package of a name as it will be.
func (s *state) current(name string) *Package {
	if p := s.chosen[name]; p != nil {
		return p
	}
	return s.installed[name]
}

// install chooses a package with all that it needs.
func (s *state) install(p *Package) error {
	if s.chosen[p.Name] == p {
		return nil
	}
	if s.left--; s.left < 0 {
		return &failure{p, "its dependencies are too many to try", nil}
	}
	if err := p.parse(); err != nil {
		return err
	}
	if q := s.chosen[p.Name]; q != nil {
		return &failure{p, fmt.Sprintf("%s is needed in the version %s too", q.Name, q.Version), nil}
	}
	for _, q := range s.roots {
		if q.Name == p.Name && q != p {
			return &failure{p, "the version " + q.Version + " is wanted", nil}
		}
	}
	trail, done := len(s.trail), len(s.done)
	s.chosen[p.Name] = p
	s.trail = append(s.trail, p)
	if err := s.settle(p); err != nil {
		for _, q := range s.trail[trail:] {
			delete(s.chosen, q.Name)
		}
		s.trail, s.done = s.trail[:trail], s.done[:done]
		return err
	}
	return nil
}

// settle makes true what has to be with a package that was chosen.
func (s *state) settle(p *Package) error {
	if err := s.peace(p); err != nil {
		return err
	}
	for _, need := range p.needs {
		if err := s.satisfy(p, need); err != nil {
			return err
		}
	}
	s.done = append(s.done, p)
	if s.installed[p.Name] != nil {
		return s.follow(p)
	}
	return nil
}

// peace makes sure that no package conflicts with p. One of the base may become
// a version that does not.
func (s *state) peace(p *Package) error {
	for _, q := range s.all() {
		r, clash := p.clash(q)
		if !clash {
			r, clash = q.clash(p)
		}
		if !clash {
			continue
		}
		if s.chosen[q.Name] == q || !s.upgrade(q, func(v *Package) bool {
			_, one := p.clash(v)
			_, other := v.clash(p)
			return !one && !other
		}) {
			return &failure{p, s.conflict(p, q, r), nil}
		}
	}
	return nil
}

// conflict says what two packages have against each other.
func (s *state) conflict(p, q *Package, r control.Relation) string {
	whose := "which is needed too"
	if s.chosen[q.Name] != q {
		whose = "which the base has"
	}
	return fmt.Sprintf("it cannot be together with %s, %s (conflict with %s)", q, whose, r)
}

// upgrade replaces a package of the base by a version that is good, and reports
// whether there is one.
func (s *state) upgrade(q *Package, good func(*Package) bool) bool {
	for _, v := range s.candidates(q.Name) {
		if control.Compare(v.Version, q.Version) > 0 && good(v) && s.install(v) == nil {
			return true
		}
	}
	return false
}

// all returns all packages as they will be, sorted by name.
func (s *state) all() []*Package {
	all := maps.Clone(s.installed)
	maps.Copy(all, s.chosen)
	names := slices.Sorted(maps.Keys(all))
	list := make([]*Package, len(names))
	for i, name := range names {
		list[i] = all[name]
	}
	return list
}

// follow upgrades packages of the base that no longer work with a version of
// p that the base does not have.
func (s *state) follow(p *Package) error {
	for _, name := range slices.Sorted(maps.Keys(s.installed)) {
		q := s.installed[name]
		if s.chosen[name] != nil || q.parse() != nil {
			continue
		}
		for _, need := range q.needs {
			if s.isSatisfied(need) || !s.wasSatisfied(need) {
				continue
			}
			if !s.upgrade(q, func(*Package) bool { return true }) {
				return &failure{p, fmt.Sprintf("the base has %s, which depends on %s, and no newer version of it works with %s", q, need, p), nil}
			}
			break
		}
	}
	return nil
}

// satisfy chooses what satisfies one dependency of p.
func (s *state) satisfy(p *Package, need control.Alternatives) error {
	if s.isSatisfied(need) {
		s.align(p, need)
		return nil
	}
	targets := s.wanted(need)
	for _, r := range need {
		targets = append(targets, s.targets(r)...)
	}
	var first error
	for _, target := range targets {
		err := s.install(target)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	reason := ""
	if first == nil {
		reason = s.lack(need)
	}
	return &failure{p, fmt.Sprintf("it depends on %s%s", need, reason), first}
}

// wanted returns the packages of the list that satisfy a dependency. They are
// added anyway.
func (s *state) wanted(need control.Alternatives) (all []*Package) {
	for _, p := range s.roots {
		if slices.ContainsFunc(need, p.is) {
			all = append(all, p)
		}
	}
	return all
}

// align upgrades a package of the base that is made of the same source as p, as
// apt does: they are tested together. A base without it works too.
func (s *state) align(p *Package, need control.Alternatives) {
	for _, r := range need {
		q := s.installed[r.Name]
		if q == nil || s.chosen[q.Name] != nil || q.source() != p.source() {
			continue
		}
		s.upgrade(q, func(v *Package) bool { return v.Version == p.Version })
	}
}

func (s *state) isSatisfied(need control.Alternatives) bool {
	return slices.ContainsFunc(need, func(r control.Relation) bool {
		if s.assumed[r.Name] && s.chosen[r.Name] == nil {
			return true
		}
		return s.holdsNow(r)
	})
}

// holdsNow reports whether a package that is chosen or wanted satisfies a relation.
func (s *state) holdsNow(r control.Relation) bool {
	if p := s.current(r.Name); p != nil && p.is(r) {
		return true
	}
	return slices.ContainsFunc(s.providers[r.Name], func(p *Package) bool { return s.current(p.Name) == p && p.is(r) })
}

func (s *state) wasSatisfied(need control.Alternatives) bool {
	return slices.ContainsFunc(need, func(r control.Relation) bool { return s.holds(r, s.installed) })
}

// holds reports whether one of some packages satisfies a relation.
func (u *Universe) holds(r control.Relation, among map[string]*Package) bool {
	if p := among[r.Name]; p != nil && p.is(r) {
		return true
	}
	return slices.ContainsFunc(u.providers[r.Name], func(p *Package) bool { return among[p.Name] == p && p.is(r) })
}
