package planner

import "github.com/gohull/gohull/frontend/spec"

// entries adds a key that holds a list of mappings.
func (s *settings) entries(key string, all []Pairs, from string) {
	if all == nil {
		s.add(key, nil, "none")
		return
	}
	s.add(key, all, from)
}

func (s *settings) files() {
	var all []Pairs
	var from string
	for i, f := range s.written.Run.Files {
		if i == 0 {
			from = at(f.At)
		}
		all = append(all, entryPairs(f))
	}
	s.entries("run.files", all, from)
}

func (s *settings) repositories() {
	var all []Pairs
	var from string
	for i, r := range s.written.Run.Repositories {
		if i == 0 {
			from = at(r.At)
		}
		pairs := writtenPairs(keyed{"url", r.URL}, keyed{"mirrors", r.Mirrors}, keyed{"suite", r.Suite})
		if len(r.Components) > 0 {
			pairs = append(pairs, Pair{"components", values(r.Components)})
		}
		all = append(all, append(pairs, writtenPairs(keyed{"key", r.Key})...))
	}
	s.entries("run.repositories", all, from)
}

func (s *settings) users() {
	var all []Pairs
	var from string
	for i, u := range s.written.Run.Users {
		if i == 0 {
			from = at(u.At)
		}
		pairs := writtenPairs(keyed{"name", u.Name}, keyed{"uid", u.UID}, keyed{"group", u.Group}, keyed{"home", u.Home}, keyed{"shell", u.Shell})
		if len(u.Groups) > 0 {
			pairs = append(pairs, Pair{"groups", values(u.Groups)})
		}
		all = append(all, pairs)
	}
	s.entries("run.users", all, from)
}

func (s *settings) groups() {
	var all []Pairs
	var from string
	for i, g := range s.written.Run.Groups {
		if i == 0 {
			from = at(g.At)
		}
		all = append(all, writtenPairs(keyed{"name", g.Name}, keyed{"gid", g.GID}))
	}
	s.entries("run.groups", all, from)
}

// keyed is a key of an entry of a list, and its value.
type keyed struct {
	name  string
	value spec.String
}

// writtenPairs returns the keys that an entry has.
func writtenPairs(all ...keyed) Pairs {
	var pairs Pairs
	for _, k := range all {
		if k.value.IsSet() {
			pairs = append(pairs, Pair{k.name, k.value.Value})
		}
	}
	return pairs
}
