package llb

import (
	"path"
	"slices"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// objects returns the file system that holds a pack of packages of some
// sources.
func (l lowering) objects(o plan.Objects, src sources) llb.State {
	if o.OfImage && src.image != nil {
		src = *src.image
	}
	start, packs := l.start(o.Start, src)
	without, others := l.without(o, src)
	verb := &step.Objects{Start: start, Without: without, Vet: o.Vet, Args: o.Args}
	var mounts llb.RunOption
	dir := l.dir()
	switch o.Of {
	case plan.OfSource:
		mounts = options{src.closure(), src.modules}
	case plan.OfModules:
		verb.List = path.Join(step.Source, step.StubsFile)
		mounts = options{src.outlined(), src.dependencies()}
	case plan.OfStandard:
		verb.List = path.Join(step.Source, step.StandardFile)
		mounts, dir = part(step.Source, src.source, step.StandardDir), step.Source
	case plan.OfPrograms:
		verb.List = path.Join(step.Listed, step.ProgramsFile)
		mounts = options{src.closure(), part(step.Listed, src.source, step.ProgramsDir), src.modules}
	}
	return l.run(l.slim, o.Step, verb,
		l.mounts,
		mounts,
		packs,
		others,
		llb.Dir(dir),
		l.gocache(o.Step),
	)
}

// without mounts the packs whose objects another one leaves out, unless it
// begins with them.
func (l lowering) without(o plan.Objects, src sources) (names []string, mounts options) {
	for i, pack := range o.Without {
		names = append(names, step.Pack(i))
		if i >= len(o.Start.Packs) {
			mounts = append(mounts, l.byOrigin(step.Pack(i), l.objects(pack, src)))
		}
	}
	return names, mounts
}

// start mounts the packs that a step begins with.
func (l lowering) start(s plan.Start, src sources) (step.Start, llb.RunOption) {
	var names step.Start
	var mounts options
	for i, o := range s.Packs {
		names.Packs = append(names.Packs, step.Pack(i))
		mounts = append(mounts, l.byOrigin(step.Pack(i), l.objects(o, src)))
	}
	for i, g := range l.packGroups(s, mounts, src) {
		at := step.Pack(len(s.Packs) + i)
		names.Packs = append(names.Packs, at)
		mounts = append(mounts, l.byOrigin(at, g))
	}
	if s.Seed != nil {
		for _, dir := range s.Seed.Dirs {
			names.Seeds = append(names.Seeds, step.Seed+dir)
		}
		mounts = append(mounts, llb.AddMount(step.Seed, l.in.Contexts[s.Seed.Context], llb.Readonly))
	}
	return names, mounts
}

// packGroups returns the file systems that hold the packs of groups. Each starts from
// the packs, which are mounted, and from what it needs of groups before it.
// That is keyed by what it holds: an edit in another part of such a group does
// not reach this one.
func (l lowering) packGroups(s plan.Start, packs options, src sources) []llb.State {
	var all []llb.State
	for _, g := range s.Groups {
		verb := &step.Objects{List: path.Join(step.Listed, step.MembersFile), Parts: true, Vet: g.Vet, Args: g.Args}
		mounts := slices.Clone(packs)
		for i := range len(s.Packs) + len(g.Uses) {
			verb.Start.Packs = append(verb.Start.Packs, step.Pack(i))
		}
		for i, u := range g.Uses {
			mounts = append(mounts, part(step.Pack(len(s.Packs)+i), all[u.Group], step.PartDir(u.Name)))
		}
		dir := step.GroupDir(g.Name)
		all = append(all, l.run(l.slim, g.Step, verb,
			l.mounts,
			writable(step.Source, src.source, path.Join(dir, step.ClosureDir)),
			part(step.Listed, src.source, path.Join(dir, step.MembersDir)),
			src.modules,
			mounts,
			llb.Dir(l.dir()),
			l.gocache(g.Step),
		))
	}
	return all
}

// byOrigin mounts what is large, a pack or an image. It is keyed by how it
// was made: to be keyed by what it holds, it would have to be pulled and read.
func (l lowering) byOrigin(at string, st llb.State) llb.RunOption {
	if l.in.Features.ContentCache {
		return llb.AddMount(at, st, llb.Readonly, llb.ContentCache(llb.MountContentCacheOff))
	}
	return llb.AddMount(at, st, llb.Readonly)
}
