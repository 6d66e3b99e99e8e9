package llb

import (
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Objects is the file system that holds, as a pack, all that the binaries of
// one image are compiled from.
func Objects(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	return newLowering(p, in).objects(img.Objects)
}

func (l lowering) objects(o plan.Objects) llb.State {
	start, packs := l.start(o.Start)
	without, others := l.without(o)
	verb := &step.Objects{Start: start, Without: without, Args: o.Args}
	var sources llb.RunOption
	switch o.Of {
	case plan.OfSource:
		sources = options{part(step.Source, l.source, step.ClosureDir), l.modules}
	case plan.OfModules:
		verb.List = path.Join(step.Source, step.StubsFile)
		sources = options{l.outlined(), l.dependencies()}
	case plan.OfStandard:
		verb.List = path.Join(step.Source, step.StandardFile)
		sources = part(step.Source, l.source, step.StandardDir)
	case plan.OfPrograms:
		verb.List = path.Join(step.Listed, step.ProgramsFile)
		sources = options{part(step.Source, l.source, step.ClosureDir), part(step.Listed, l.source, step.ProgramsDir), l.modules}
	}
	return l.run(l.root, o.Step, verb,
		l.mounts,
		sources,
		packs,
		others,
		llb.Dir(step.Source),
		l.gocache(o.Step),
	)
}

// without mounts the packs whose objects another one leaves out, as far as it
// does not begin with them.
func (l lowering) without(o plan.Objects) (names []string, mounts options) {
	for i, pack := range o.Without {
		names = append(names, step.Pack(i))
		if i >= len(o.Start.Packs) {
			mounts = append(mounts, l.byOrigin(step.Pack(i), l.objects(pack)))
		}
	}
	return names, mounts
}

// dependencies mounts the packages of other modules, fetched or vendored.
func (l lowering) dependencies() llb.RunOption {
	if l.plan.Modules != nil {
		return l.modules
	}
	return part(step.Source+"/vendor", l.source, step.ClosureDir+"/vendor")
}

// start mounts the packs that a step begins with.
func (l lowering) start(s plan.Start) (step.Start, llb.RunOption) {
	var names step.Start
	var mounts options
	for i, o := range s.Packs {
		names.Packs = append(names.Packs, step.Pack(i))
		mounts = append(mounts, l.byOrigin(step.Pack(i), l.objects(o)))
	}
	if s.Seed != nil {
		for _, folder := range s.Seed.Folders {
			names.Seeds = append(names.Seeds, step.Seed+folder)
		}
		mounts = append(mounts, llb.AddMount(step.Seed, l.in.Contexts[s.Seed.Context], llb.Readonly))
	}
	return names, mounts
}

// byOrigin mounts what is large, a pack or an image. It is keyed by how it
// was made: to be keyed by what it holds, it would have to be pulled and read.
func (l lowering) byOrigin(at string, st llb.State) llb.RunOption {
	if l.in.Features.ContentCache {
		return llb.AddMount(at, st, llb.Readonly, llb.ContentCache(llb.MountContentCacheOff))
	}
	return llb.AddMount(at, st, llb.Readonly)
}
