package llb

import (
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/tool"
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
	verb := &tool.Objects{Start: start, Without: without, Args: o.Args}
	var sources llb.RunOption
	switch o.Of {
	case plan.OfSource:
		sources = options{part(tool.Source, l.source, tool.ClosureDir), l.modules}
	case plan.OfModules:
		verb.List = path.Join(tool.Source, tool.StubsFile)
		sources = options{l.outlined(), l.dependencies()}
	case plan.OfStandard:
		verb.List = path.Join(tool.Source, tool.StandardFile)
		sources = part(tool.Source, l.source, tool.StandardDir)
	case plan.OfPrograms:
		verb.List = path.Join(tool.Listed, tool.ProgramsFile)
		sources = options{part(tool.Source, l.source, tool.ClosureDir), part(tool.Listed, l.source, tool.ProgramsDir), l.modules}
	}
	return l.run(l.root, o.Step, verb,
		l.mounts,
		sources,
		packs,
		others,
		llb.Dir(tool.Source),
		l.gocache(o.Step),
	)
}

// without mounts the packs whose objects another one leaves out, as far as it
// does not begin with them.
func (l lowering) without(o plan.Objects) (names []string, mounts options) {
	for i, pack := range o.Without {
		names = append(names, tool.Pack(i))
		if i >= len(o.Start.Packs) {
			mounts = append(mounts, l.byOrigin(tool.Pack(i), l.objects(pack)))
		}
	}
	return names, mounts
}

// dependencies mounts the packages of other modules, fetched or vendored.
func (l lowering) dependencies() llb.RunOption {
	if l.plan.Modules != nil {
		return l.modules
	}
	return part(tool.Source+"/vendor", l.source, tool.ClosureDir+"/vendor")
}

// start mounts the packs that a step begins with.
func (l lowering) start(s plan.Start) (tool.Start, llb.RunOption) {
	var names tool.Start
	var mounts options
	for i, o := range s.Packs {
		names.Packs = append(names.Packs, tool.Pack(i))
		mounts = append(mounts, l.byOrigin(tool.Pack(i), l.objects(o)))
	}
	if s.Seed != nil {
		for _, folder := range s.Seed.Folders {
			names.Seeds = append(names.Seeds, tool.Seed+folder)
		}
		mounts = append(mounts, llb.AddMount(tool.Seed, l.in.Contexts[s.Seed.Context], llb.Readonly))
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
