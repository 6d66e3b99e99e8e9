package llb

import (
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
)

// Check is the file system that a check leaves: an empty one when all is
// well, or the files it corrects.
func Check(p *plan.Plan, c plan.Check, in Inputs) llb.State {
	l := onToolchain(p, in)
	if p.Alone == nil {
		l = l.gather() // it may begin with what the image is compiled from
	}
	return l.check(c)
}

func (l lowering) check(c plan.Check) llb.State {
	switch c.Kind {
	case plan.Tidy:
		return l.inspect(c, &step.Tidy{Fix: c.Export, Modules: c.Modules}, step.SkeletonDir)
	case plan.Verify:
		return l.inspect(c, &step.Verify{Modules: c.Modules}, step.VersionsDir)
	case plan.Vendor:
		return l.vendor(c)
	case plan.Generate:
		l := l.packages(l.plan.Reached)
		start, packs := l.start(c.Start)
		before := part(step.Before, l.source, step.ClosureDir)
		return l.examine(c, &step.Generate{Start: start, Fix: c.Export, Args: c.Args}, l.source, before, packs)
	case plan.Vet:
		start, packs := l.start(c.Start)
		l := l.packages(l.plan.Packages)
		return l.examine(c, &step.Go{Start: start, Args: c.Args}, l.source, packs)
	case plan.Vuln:
		l := l.packages(l.plan.Packages)
		verb := &step.Vuln{Modules: c.Modules, Ignored: c.Ignored, Args: c.Args}
		return l.examine(c, verb, l.source,
			llb.AddMount(step.Programs, l.program(c.Program), llb.Readonly),
			llb.AddMount(step.VulnDatabase, l.database(c.Database), llb.Readonly),
		)
	default:
		l := l.packages(l.plan.Packages)
		start, packs := l.start(c.Start)
		verb := &step.Test{Start: start, Report: c.Export, Keep: c.Keep, Args: c.Args}
		return l.examine(c, verb, l.pick(l.plan.Packages.Data, l.asked...), packs)
	}
}

// packages is the lowering with another source in the place of that of the
// binaries.
func (l lowering) packages(others plan.Packages) lowering {
	p := *l.plan
	p.Source, p.Modules = others.Source, others.Modules
	l.plan = &p
	return l.gather()
}

// examine runs a verb on source. Tests may write to it; that is dropped.
func (l lowering) examine(c plan.Check, v step.Verb, source llb.State, extra ...llb.RunOption) llb.State {
	return l.run(l.root, c.Step, v,
		l.mounts,
		llb.AddMount(step.Source, source, llb.SourcePath("/"+step.ClosureDir), llb.ForceNoOutput),
		l.modules,
		llb.Dir(step.Source),
		l.gocache(c.Step),
		options(extra),
	)
}

// database is the part of a vulnerability database that concerns the project.
// One on the network is asked whenever there is a build; what mounts the
// output runs again only when there is something new in it.
func (l lowering) database(d plan.Database) llb.State {
	verb := &step.VulnDB{URL: d.URL, Go: d.Go}
	if d.Context == "" {
		return l.run(llb.Scratch(), d.Step, verb, l.skeleton(step.VersionsDir), llb.IgnoreCache)
	}
	brought := llb.AddMount(step.VulnFolder, l.in.Contexts[d.Context], llb.Readonly)
	return l.run(llb.Scratch(), d.Step, verb, l.skeleton(step.VersionsDir), brought)
}

// inspect runs a verb on a part of the skeleton.
func (l lowering) inspect(c plan.Check, v step.Verb, dir string) llb.State {
	return l.online(c, v, l.skeleton(dir))
}

// skeleton mounts a part of the skeleton, to which the go command may write.
func (l lowering) skeleton(dir string) llb.RunOption {
	st := l.run(llb.Scratch(), l.plan.Skeleton, &step.Skeleton{}, l.context())
	return llb.AddMount(step.Source, st, llb.SourcePath("/"+dir), llb.ForceNoOutput)
}

// vendor has the context's own folder beside the skeleton, to compare with.
func (l lowering) vendor(c plan.Check) llb.State {
	verb := &step.Vendor{Fix: c.Export, Work: c.Work}
	switch {
	case c.Whole:
		return l.online(c, verb, llb.AddMount(step.Source, l.whole(), llb.ForceNoOutput))
	case c.Export:
		return l.online(c, verb, l.skeleton(step.SkeletonDir))
	}
	folder := llb.AddMount(step.Source+"/vendor", l.in.Context, llb.SourcePath("/vendor"), llb.Readonly)
	return l.online(c, verb, l.skeleton(step.SkeletonDir), folder)
}

// online runs a verb that may download modules.
func (l lowering) online(c plan.Check, v step.Verb, source ...llb.RunOption) llb.State {
	return l.run(l.root, c.Step, v,
		l.mounts,
		options(source),
		git,
		llb.Dir(step.Source),
		l.modcache(c.Step),
		l.gocache(c.Step),
	)
}

// approved is a layer that is there only when all checks are passed. It is
// made of the layer and of what the checks leave, which is nothing; so they
// run beside the compile, and have no part in the image but their verdict.
//
// BuildKit finds a copy by the content of what is copied, without its times. So
// the copy has the time that files are to have: another build may have copied
// the same binaries with another one.
func (l lowering) approved(layer llb.State, epoch int64, verdicts ...verdict) llb.State {
	for _, c := range l.plan.Checks {
		verdicts = append(verdicts, verdict{l.check(c), nothing, c.At})
	}
	if len(verdicts) == 0 {
		return layer
	}
	created := llb.WithCreatedTime(time.Unix(epoch, 0).UTC())
	action := llb.Copy(layer, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true}, created)
	var at []plan.Span
	for _, v := range verdicts {
		at = append(at, v.at...)
		action = action.Copy(v.state, v.from, "/", v.info(), created)
	}
	name := "see that all checks are passed"
	if len(verdicts) == 1 && verdicts[0].from != nothing {
		name = "see whether the binaries are static"
	}
	return llb.Scratch().File(action, named(name), l.at(at))
}

// verdict is the file system that a step leaves which only judges.
type verdict struct {
	state llb.State
	from  string // what is copied of it: nothing, or an empty directory that has to be there
	at    []plan.Span
}

// nothing is a pattern that matches nothing in an empty file system.
const nothing = "/*"

func (v verdict) info() *llb.CopyInfo {
	if v.from == nothing {
		return &llb.CopyInfo{AllowWildcard: true, AllowEmptyWildcard: true}
	}
	return &llb.CopyInfo{CopyDirContentsOnly: true}
}

// NeedsLibraries reports whether a step failed with a message because it makes
// a layer of static binaries and there are others: the image has to be lowered
// again, with plan.Image.Dynamic set.
func NeedsLibraries(op *pb.Op, message string) bool {
	const missing = "/" + step.StaticDir
	isCopied := func(a *pb.FileAction) bool { return a.GetCopy().GetSrc() == missing }
	return slices.ContainsFunc(op.GetFile().GetActions(), isCopied) && strings.Contains(message, missing)
}
