package llb

import (
	"strconv"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// judging returns the steps of a check, which judge side by side: one, or one for each
// of its groups.
func (l lowering) judging(c plan.Check, image sources) []llb.State {
	switch c := c.(type) {
	case plan.Vet:
		if c.Groups != nil {
			return l.vetGroups(c, image)
		}
	case plan.Test:
		if c.Groups != nil {
			all, _ := l.testGroups(c)
			return all
		}
	}
	return []llb.State{l.check(c, image)}
}

func (l lowering) vetGroups(c plan.Vet, image sources) []llb.State {
	src := l.gather(c.Sources)
	src.image = &image
	return l.groups(l.slim, *c.Groups, src, func(start step.Start, dirs []string) step.Verb {
		return &step.Go{Start: start, Dirs: dirs, Args: c.Args}
	})
}

// testGroups also returns what the tests are made of, all of them.
func (l lowering) testGroups(c plan.Test) ([]llb.State, sources) {
	src := l.gather(c.Sources)
	return l.groups(l.goroot, *c.Groups, src, func(start step.Start, dirs []string) step.Verb {
		return &step.Test{Start: start, Report: c.Export, Keep: c.Keep, Covdata: c.Covdata != nil, Dirs: dirs, Args: c.Args}
	}, l.covdata(c)), src
}

// testReports returns the reports of all groups of tests, or an empty file system if
// none are asked for.
func (l lowering) testReports(c plan.Test) llb.State {
	all, src := l.testGroups(c)
	if !c.Export {
		return Together(all, l.in)
	}
	verb := &step.TestReports{Args: c.Args}
	var reports options
	for i, left := range all {
		at := step.TestGroup(i)
		verb.Groups, reports = append(verb.Groups, at), append(reports, llb.AddMount(at, left, llb.Readonly))
	}
	s := c.Step
	s.Name = "put the reports of the tests together"
	return l.examine(l.goroot, s, verb, src, src.source, reports)
}

// groups runs a verb on each group of a check. root has Go.
func (l lowering) groups(root llb.State, g plan.Groups, src sources, verb func(start step.Start, dirs []string) step.Verb, extra ...llb.RunOption) []llb.State {
	picked := l.pickGroups(g, src.asked)
	parts := l.ownPacks(g, src, picked[ownPacks])
	var all []llb.State
	for i, group := range g.All {
		own := src
		own.source = picked[strconv.Itoa(i)]
		start, packs := l.start(group.Start, own)
		for _, u := range group.Uses {
			at := step.Pack(len(start.Packs))
			start.Packs = append(start.Packs, at)
			packs = options{packs, part(at, parts[u.Group], step.PartDir(u.Name))}
		}
		all = append(all, l.examine(root, group.Step, verb(start, group.Pick.Mains), own, own.source, packs, options(extra)))
	}
	return all
}

// ownPacks is what the source of the packages in OwnPacks is picked as.
const ownPacks = "packs"

// ownPacks returns the file systems with the packs of the project's packages.
func (l lowering) ownPacks(g plan.Groups, src sources, picked llb.State) []llb.State {
	if g.Own == nil {
		return nil
	}
	if src.vendored == nil {
		all := src.source // picked has no vendor directory
		src.vendored = &all
	}
	src.source = picked
	var packs options
	for i, o := range g.Own.Start.Packs {
		packs = append(packs, l.byOrigin(step.Pack(i), l.objects(o, src)))
	}
	return l.packGroups(g.Own.Start, packs, src)
}

// pickGroups picks the source of each group to an output of its own, in one step, by
// its number. That of packs is ownPacks.
func (l lowering) pickGroups(g plan.Groups, asked options) map[string]llb.State {
	all := &step.Closures{}
	var names []string
	add := func(name string, p plan.Pick) {
		verb := closure(p)
		verb.Asked, verb.OfOthers = len(asked) > 0, name == ownPacks
		all.Add(name, verb)
		names = append(names, name)
	}
	for i, group := range g.All {
		add(strconv.Itoa(i), group.Pick)
	}
	mounts := append(asked, l.context())
	if g.Own != nil {
		add(ownPacks, g.Own.Pick)
		mounts = append(mounts, l.scanned(plan.Source{Scan: &g.Own.Scan}))
	}
	job := l.exec(llb.Scratch(), g.Source, all, mounts...)
	picked := map[string]llb.State{}
	for _, name := range names {
		picked[name] = job.AddMount(step.OutOf(name), llb.Scratch())
	}
	return picked
}
