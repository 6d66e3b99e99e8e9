package llb

import (
	"path"
	"slices"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// sources is what some packages are made of, lowered.
type sources struct {
	image      *sources      // those of an image, for a step of a check; nil for none
	outline    llb.State     // has what modules need to know in step.OutlineDir
	source     llb.State     // has the closure of the packages in step.ClosureDir
	asked      options       // mounts what modules ask of the source
	modules    llb.RunOption // mounts the modules, if any are downloaded
	downloaded bool          // whether any are
	vendor     string        // the project's vendor directory, below the context
	vendored   *llb.State    // has it in step.ClosureDir; nil if source does
}

// gather picks the closure and fetches the modules that it imports. Modules
// that may import packages of the context say which before the source is
// picked.
func (l lowering) gather(s plan.Sources) sources {
	src := sources{modules: options{}, vendor: path.Join("/", s.Source.Project.Dir, "vendor")}
	if s.Source.Imports == nil {
		src.source = l.pick(s.Source)
		src.outline = src.source
		if steps := s.Source.Pick.Vendored; steps != nil {
			picked := l.pickVendored(steps.Pick, s.Source.Project, src.source)
			src.vendored = &picked
		}
	} else {
		first := s.Source
		first.Step, first.Scan, first.Grouped = *s.Source.Imports, nil, false
		first.All = ungrouped(first.All)
		src.outline = l.pick(first)
	}
	if s.Modules == nil {
		return src
	}
	fetched := l.fetch(*s.Modules, src)
	if s.Source.Imports != nil {
		src.asked = options{part(step.Asked, fetched, step.AskedDir)}
		src.source = l.pick(s.Source, src.asked...)
	}
	src.modules, src.downloaded = llb.AddMount(step.ModuleTree, fetched, llb.Readonly), true
	return src
}

// ungrouped returns the same picks without groups: they need a scan.
func ungrouped(picks []plan.Pick) []plan.Pick {
	all := slices.Clone(picks)
	for i := range all {
		all[i].Grouped = false
	}
	return all
}

// pick runs again whenever the context changes, and takes no time. What
// mounts its output runs again only when that has another content.
func (l lowering) pick(s plan.Source, asked ...llb.RunOption) llb.State {
	if s.All != nil && len(asked) == 0 {
		return l.pickAll(s)
	}
	verb := closure(s.Pick)
	verb.Asked = len(asked) > 0
	return l.run(llb.Scratch(), s.Step, verb, append(asked, l.context(), l.scanned(s), l.listed(s.Pick))...)
}

// scanned mounts what a scan found, for packages that are divided into groups.
func (l lowering) scanned(s plan.Source) llb.RunOption {
	if s.Scan == nil {
		return options{}
	}
	return llb.AddMount(step.Scanned, Scan(*s.Scan, l.in), llb.Readonly)
}

// listed mounts what vendored packages are made of, for each project once.
func (l lowering) listed(picks ...plan.Pick) options {
	var all options
	seen := map[string]bool{}
	for _, p := range picks {
		at := step.ListedAt(p.Project.Dir)
		if p.Vendored == nil || seen[at] {
			continue
		}
		seen[at] = true
		verb := &step.ListVendored{Project: step.Project(p.Project), Tags: p.Tags, Platforms: p.Platforms, Go: p.Go, Cgo: p.Cgo}
		all = append(all, llb.AddMount(at, l.run(llb.Scratch(), p.Vendored.List, verb, l.vendorDir(p.Project)), llb.Readonly))
	}
	return all
}

// pickVendored copies what a closure needs of the vendor directory.
func (l lowering) pickVendored(s plan.Step, p plan.Project, source llb.State) llb.State {
	return l.run(llb.Scratch(), s, &step.PickVendored{Project: step.Project(p)}, l.vendorDir(p), part(step.Listed, source, step.VendoredDir))
}

// vendorDir mounts the vendor directory of the context alone, so that what reads
// it does not run again after an edit elsewhere.
func (l lowering) vendorDir(p plan.Project) llb.RunOption {
	dir := path.Join("/", p.Dir, "vendor")
	return llb.AddMount(step.Source+dir, l.in.Context, llb.SourcePath(dir), llb.Readonly)
}

// pickAll picks for several images, each to an output of its own: what mounts
// that of one image does not run again because of another.
func (l lowering) pickAll(s plan.Source) llb.State {
	all := &step.Closures{}
	for _, p := range s.All {
		all.Add(p.Image, closure(p))
	}
	job := l.exec(llb.Scratch(), s.Step, all, l.context(), l.scanned(s), l.listed(s.All...))
	var own llb.State
	for _, p := range s.All {
		out := job.AddMount(step.OutOf(p.Image), llb.Scratch())
		if p.Image == s.Image {
			own = out
		}
	}
	return own
}

func closure(p plan.Pick) *step.Closure {
	v := &step.Closure{
		Project: step.Project(p.Project),
		Tags:    p.Tags, Platforms: p.Platforms, Go: p.Go, Cgo: p.Cgo, PGO: p.PGO,
		Checkout: p.Checkout,
		Tests:    p.Tests, Data: p.Data, Generate: p.Generate, Files: p.Files, Tools: p.Tools, Settings: p.Settings, Mains: p.Mains, NoModules: p.NoModules, Vendored: p.Vendored != nil, Required: p.Required, Grouped: p.Grouped,
	}
	if run := p.Command; run != nil {
		v.Command, v.CommandDir, v.CommandFiles = run.Args, run.Dir, run.Files
	}
	return v
}

// fetch runs on the outline of the source.
func (l lowering) fetch(m plan.Modules, src sources) llb.State {
	verb := &step.Modules{Platforms: m.Platforms, Go: m.Go, Flags: m.Flags}
	return l.run(l.goroot, m.Step, verb,
		l.mounts,
		src.outlined(),
		git,
		llb.Dir(l.dir()),
		l.modcache(m.Step),
	)
}

// closure mounts the source.
func (src sources) closure() llb.RunOption {
	source := part(step.Source, src.source, step.ClosureDir)
	if src.vendored == nil {
		return source
	}
	return options{source, src.vendorMount()}
}

// vendorMount mounts the vendored packages.
func (src sources) vendorMount() llb.RunOption {
	from := src.source
	if src.vendored != nil {
		from = *src.vendored
	}
	return part(step.Source+src.vendor, from, step.ClosureDir+src.vendor)
}

// outlined mounts the outline. The go command may write to it, a go.work.sum;
// the mount is keyed by its content like a read-only one, since it has no
// output.
func (src sources) outlined() llb.RunOption {
	return llb.AddMount(step.Source, src.outline, llb.SourcePath("/"+step.OutlineDir), llb.ForceNoOutput)
}

// dependencies mounts the packages of other modules, fetched or vendored.
func (src sources) dependencies() llb.RunOption {
	if src.downloaded {
		return src.modules
	}
	return src.vendorMount()
}

// part mounts a directory of what a step left.
func part(at string, st llb.State, dir string) llb.RunOption {
	return llb.AddMount(at, st, llb.SourcePath("/"+dir), llb.Readonly)
}

// writable mounts a directory of what a step left. What is written to it ends with
// the step.
func writable(at string, st llb.State, dir string) llb.RunOption {
	return llb.AddMount(at, st, llb.SourcePath("/"+dir), llb.ForceNoOutput)
}
