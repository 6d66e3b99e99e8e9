package llb

import (
	"fmt"
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// check returns what a check leaves. It may begin with what the sources of an
// image are compiled to. Each check has a method of its own.
func (l lowering) check(c plan.Check, image sources) llb.State {
	switch c := c.(type) {
	case plan.Tidy:
		return l.tidy(c)
	case plan.Format:
		return l.format(c)
	case plan.Vendor:
		return l.vendor(c)
	case plan.Verify:
		return l.verify(c)
	case plan.Vet:
		return l.vet(c, image)
	case plan.Lint:
		return l.lint(c)
	case plan.Test:
		return l.test(c)
	case plan.Generate:
		return l.generate(c)
	case plan.Vuln:
		return l.vuln(c)
	}
	panic(fmt.Sprintf("llb: a check of type %T", c))
}

func (l lowering) tidy(c plan.Tidy) llb.State {
	return l.online(c, &step.Tidy{Fix: c.Export, Modules: c.Modules}, l.skeleton(c.Skeleton, step.SkeletonDir))
}

// format runs again only if a Go file changed: its input is the picked files.
func (l lowering) format(c plan.Format) llb.State {
	files := l.run(llb.Scratch(), c.Files, &step.GoFiles{Modules: c.Modules}, l.context())
	return l.run(l.slim, c.Step, &step.Format{Fix: c.Export}, l.mounts, part(step.Source, files, step.ClosureDir), llb.Dir(step.Source))
}

func (l lowering) verify(c plan.Verify) llb.State {
	return l.online(c, &step.Verify{Modules: c.Modules}, l.skeleton(c.Skeleton, step.VersionsDir))
}

// vendor mounts the context's own directory next to the skeleton, to compare
// with.
func (l lowering) vendor(c plan.Vendor) llb.State {
	verb := &step.Vendor{Fix: c.Export, Work: c.Work}
	switch {
	case c.Whole:
		return l.online(c, verb, llb.AddMount(step.Source, l.merged(), llb.ForceNoOutput))
	case c.Export:
		return l.online(c, verb, l.skeleton(c.Skeleton, step.SkeletonDir))
	}
	own := llb.AddMount(path.Join(l.dir(), "vendor"), l.in.Context, llb.SourcePath(path.Join("/", l.project.Dir, "vendor")), llb.Readonly)
	return l.online(c, verb, l.skeleton(c.Skeleton, step.SkeletonDir), own)
}

func (l lowering) vet(c plan.Vet, image sources) llb.State {
	if c.Groups != nil {
		return Together(l.vetGroups(c, image), l.in)
	}
	src := l.gather(c.Sources)
	src.image = &image
	start, packs := l.start(c.Start, src)
	return l.examine(l.slim, c.Step, &step.Go{Start: start, Args: c.Args}, src, src.source, packs)
}

func (l lowering) lint(c plan.Lint) llb.State {
	src := l.gather(c.Sources)
	start, packs := l.start(c.Start, src)
	verb := &step.Lint{Start: start, Modules: c.Modules}
	for _, tool := range c.Tools {
		verb.Add(tool)
	}
	return l.examine(l.goroot, c.Step, verb, src, src.source, packs)
}

func (l lowering) test(c plan.Test) llb.State {
	if c.Groups != nil {
		return l.testReports(c)
	}
	src := l.gather(c.Sources)
	start, packs := l.start(c.Start, src)
	verb := &step.Test{Start: start, Report: c.Export, Keep: c.Keep, Covdata: c.Covdata != nil, Args: c.Args}
	return l.examine(l.goroot, c.Step, verb, src, l.pick(c.Data, src.asked...), packs, l.covdata(c))
}

// covdata mounts Go's tool for coverage profiles. It is built of Go alone, so a builder
// builds it once.
func (l lowering) covdata(c plan.Test) llb.RunOption {
	if c.Covdata == nil {
		return options{}
	}
	verb := &step.Go{Args: []string{"build", "-trimpath", "-o", path.Join(step.Out, step.CovdataTool), "cmd/" + step.CovdataTool}}
	built := l.run(l.goroot, *c.Covdata, verb, l.mounts, l.gocache(*c.Covdata))
	return l.byOrigin(step.Programs, built)
}

func (l lowering) generate(c plan.Generate) llb.State {
	src := l.gather(c.Sources)
	start, packs := l.start(c.Start, src)
	before := part(step.Before, src.source, step.ClosureDir)
	verb := &step.Generate{Start: start, Fix: c.Export, Args: c.Args}
	if run := c.Command; run != nil {
		verb.Command, verb.Dir, verb.Files, verb.Args = true, run.Dir, run.Files, run.Args
	}
	return l.examine(l.goroot, c.Step, verb, src, src.source, before, packs)
}

func (l lowering) vuln(c plan.Vuln) llb.State {
	src := l.gather(c.Sources)
	verb := &step.Vuln{Modules: c.Modules, Ignored: c.Ignored, Args: c.Args}
	return l.examine(l.slim, c.Step, verb, src, src.source,
		llb.AddMount(step.Programs, l.program(c.Program).binaries, llb.Readonly),
		llb.AddMount(step.VulnDatabase, l.database(c.Database, c.Skeleton), llb.Readonly),
	)
}

// database returns the part of a vulnerability database that concerns the
// project. One on the network is asked whenever there is a build; what mounts
// the output runs again only if it has something new.
func (l lowering) database(d plan.Database, skeleton plan.Step) llb.State {
	verb := &step.VulnDB{URL: d.URL, Go: d.Go}
	versions := l.skeleton(skeleton, step.VersionsDir)
	if d.Context == "" {
		return l.run(llb.Scratch(), d.Step, verb, versions, llb.IgnoreCache)
	}
	brought := llb.AddMount(step.VulnDir, l.in.Contexts[d.Context], llb.Readonly)
	return l.run(llb.Scratch(), d.Step, verb, versions, brought)
}

// skeleton mounts a part of the skeleton, to which the go command may write.
func (l lowering) skeleton(s plan.Step, dir string) llb.RunOption {
	st := l.run(llb.Scratch(), s, &step.Skeleton{Project: step.Project(l.project)}, l.context())
	return llb.AddMount(step.Source, st, llb.SourcePath("/"+dir), llb.ForceNoOutput)
}

// examine runs a verb on source. Tests may write to it; that is dropped.
func (l lowering) examine(root llb.State, s plan.Step, v step.Verb, src sources, source llb.State, extra ...llb.RunOption) llb.State {
	return l.run(root, s, v,
		l.mounts,
		llb.AddMount(step.Source, source, llb.SourcePath("/"+step.ClosureDir), llb.ForceNoOutput),
		src.modules,
		llb.Dir(l.dir()),
		l.gocache(s),
		options(extra),
	)
}

// online runs a verb that may download modules.
func (l lowering) online(c plan.Check, v step.Verb, source ...llb.RunOption) llb.State {
	s := c.Common().Step
	return l.run(l.goroot, s, v,
		l.mounts,
		options(source),
		git,
		llb.Dir(l.dir()),
		l.modcache(s),
		l.gocache(s),
	)
}
