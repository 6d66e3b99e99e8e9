package planner

import "github.com/gohull/gohull/frontend/spec"

// entryPairs returns the keys that an entry of run.files has.
func entryPairs(f spec.File) Pairs {
	var pairs Pairs
	add := func(name string, value any, isSet bool) {
		if isSet {
			pairs = append(pairs, Pair{name, value})
		}
	}
	add("from", f.From.Value, f.From.IsSet())
	add("exclude", values(f.Exclude), len(f.Exclude) > 0)
	add("image", f.Image.Value, f.Image.IsSet())
	add("stage", f.Stage.Value, f.Stage.IsSet())
	add("url", byArch(f.URL), f.URL.IsSet())
	add("sha256", byArch(f.SHA256), f.SHA256.IsSet())
	add("link", f.Link.Value, f.Link.IsSet())
	add("to", f.To.Value, f.To.IsSet())
	add("owner", f.Owner.Value, f.Owner.IsSet())
	if f.Mode.Value == keepModes {
		add("mode", keepModes, true)
	} else {
		add("mode", Quoted(f.Mode.Value), f.Mode.IsSet())
	}
	return pairs
}

// stages adds the stages by their names.
func (s *settings) stages() {
	var all Pairs
	for _, st := range s.Spec.Stages {
		pairs := writtenPairs(keyed{"dockerfile", st.Dockerfile}, keyed{"target", st.Target}, keyed{"context", st.Context})
		var args Pairs
		for _, a := range st.Args {
			args = append(args, Pair{a.Key.Value, a.Value.Value})
		}
		if args != nil {
			pairs = append(pairs, Pair{"args", args})
		}
		all = append(all, Pair{st.Name.Value, pairs})
	}
	if all == nil {
		s.add("stages", nil, "none")
		return
	}
	s.add("stages", all, at(s.Spec.Stages[0].Name.At))
}

// byArch returns a value, or one for each architecture.
func byArch(b spec.ByArch) any {
	if b.All.IsSet() {
		return b.All.Value
	}
	var pairs Pairs
	for _, p := range b.Each {
		pairs = append(pairs, Pair{p.Key.Value, p.Value.Value})
	}
	return pairs
}
