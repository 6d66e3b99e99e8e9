// Package llb turns a plan into BuildKit's low-level build definition and
// into the image config. It decides nothing: what varies with the daemon or
// the request comes in through Inputs.
package llb

import (
	"strings"
	"time"

	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Inputs is what a plan refers to and does not hold.
type Inputs struct {
	Context       llb.State            // the build context
	Made          *llb.State           // what generators made of it, files that lie over it; nil when none ran
	Tool          llb.State            // a file system that has the frontend's binary
	ToolPath      string               // where it has it: "/bin/gohull-frontend"
	Contexts      map[string]llb.State // build contexts that replace images, by the name the plan gives them
	BuildPlatform ocispecs.Platform
	SourceMap     *llb.SourceMap       // of the spec; nil when nothing shows it
	Limits        []llb.RunOption      // of every command, as the client asked for them
	NoCache       func(id string) bool // whether the step of this id must run again; nil: none must
	Rerun         string               // a text that is part of every step's key; empty: none is
	CacheNS       string               // prefix of the cache mounts' ids
	ResolveMode   llb.ResolveMode
	Features      Features
}

// Features are what not every daemon can do.
type Features struct {
	Merge       bool // layers are put together without copying them
	SymbolModes bool // copies take modes as "u=rwX,go=rX"
	ParentTimes bool // copies set the times of directories that they make on the way
	// ContentCache says whether a mount can be kept from being read for a key.
	ContentCache bool
}

// Scan is the file system that holds step.FactsFile.
func Scan(s plan.Scan, in Inputs) llb.State {
	l := lowering{in: in}
	verb := &step.Scan{Tags: s.Tags, Platforms: s.Platforms, Go: s.Go, Cgo: s.Cgo, Needs: s.Needs, Mains: s.Mains, Files: s.Files}
	return l.run(llb.Scratch(), s.Step, verb, l.context())
}

// Source is the file system that holds the closure and the outline of some
// main packages.
func Source(s plan.Source, in Inputs) llb.State {
	return lowering{in: in}.pick(s)
}

// Lower is the root file system of one image of a plan.
func Lower(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	l := newLowering(p, in)
	base := llb.Scratch()
	if img.Base != nil {
		base = l.image(*img.Base)
	}
	return l.assemble(img, base, l.layers(img, base))
}

type lowering struct {
	in      Inputs
	plan    *plan.Plan
	root    llb.State     // what Go commands run on
	mounts  llb.RunOption // and what they need mounted there
	outline llb.State     // has what modules need to know in step.OutlineDir
	source  llb.State     // has what the binaries are made of in step.ClosureDir
	asked   options       // mounts what modules ask of the source
	modules llb.RunOption // mounts the modules, if there are any
}

// newLowering is ready to compile.
func newLowering(p *plan.Plan, in Inputs) lowering {
	return onToolchain(p, in).gather()
}

// onToolchain has what Go commands run on, and no source yet.
func onToolchain(p *plan.Plan, in Inputs) lowering {
	l := lowering{in: in, plan: p}
	l.root, l.mounts = l.toolchain()
	return l
}

// layers are what comes on top of the base, in the order of the image's
// history: what changes least comes first.
func (l lowering) layers(img plan.Image, base llb.State) []llb.State {
	var layers []llb.State
	if img.Base == nil {
		layers = append(layers, l.rootfs(*l.plan.Rootfs))
	}
	if img.Debugger != nil {
		layers = append(layers, l.placed(img.Debugger.In, l.program(*img.Debugger)))
	}
	if img.Dirs != nil {
		layers = append(layers, l.dirs(*img.Dirs))
	}
	for _, f := range img.Files {
		layers = append(layers, l.fromContext(f))
	}
	binaries, v := l.linked(img, l.below(img, base, layers))
	return append(layers, l.approved(l.placed(img.Program, binaries), img.Compile.Epoch, v))
}

func (l lowering) assemble(img plan.Image, base llb.State, layers []llb.State) llb.State {
	name, at := named(img.Name), l.at(img.At)
	if l.in.Features.Merge {
		if img.Base != nil {
			layers = append([]llb.State{base}, layers...)
		}
		if len(layers) == 1 {
			return layers[0]
		}
		return llb.Merge(layers, name, at)
	}
	created := llb.WithCreatedTime(time.Unix(img.Compile.Epoch, 0).UTC())
	for _, layer := range layers {
		base = base.File(llb.Copy(layer, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true}, created), name, at)
	}
	return base
}

// image is an image to pull, or the build context that replaces it.
func (l lowering) image(ref plan.ImageRef) llb.State {
	if st, ok := l.in.Contexts[ref.Context]; ok && ref.Context != "" {
		return st
	}
	p := ocispecs.Platform{OS: ref.Platform.OS, Architecture: ref.Platform.Architecture, Variant: ref.Platform.Variant}
	return llb.Image(ref.Name, llb.Platform(p), l.in.ResolveMode, l.at(ref.At))
}

// toolchain gives the root that Go commands run on and its mounts. A module
// toolchain needs nothing else of a root, so an empty one does.
func (l lowering) toolchain() (llb.State, llb.RunOption) {
	t := l.plan.Toolchain
	if t.Image != nil {
		return l.image(*t.Image), options{}
	}
	return llb.Scratch(), llb.AddMount(step.Goroot, Toolchain(*t.Module, l.in), llb.Readonly)
}

func (l lowering) rootfs(r plan.Rootfs) llb.State {
	return l.run(l.root, r.Step, &step.Rootfs{Epoch: r.Epoch}, l.mounts)
}

// compiled is what a compile leaves.
type compiled struct {
	binaries llb.State
	static   llb.State // has step.StaticDir if no binary needs a dynamic linker
}

// compile has the dynamic linker mounted that the binaries are to start
// through, if there is one.
func (l lowering) compile(c plan.Compile, linker ...llb.RunOption) compiled {
	start, packs := l.start(c.Start)
	verb := &step.Go{Epoch: c.Epoch, Start: start, Linker: len(linker) > 0, Binaries: paths(c.Binaries), Args: c.Args}
	s := l.exec(l.root, c.Step, verb,
		l.mounts,
		part(step.Source, l.source, step.ClosureDir),
		l.modules,
		packs,
		llb.Dir(step.Source),
		l.gocache(c.Step),
		options(linker),
	)
	return compiled{
		binaries: s.AddMount(step.Out, llb.Scratch()),
		static:   s.AddMount(step.Static, llb.Scratch()),
	}
}

func paths(binaries []plan.Binary) []string {
	var all []string
	for _, b := range binaries {
		all = append(all, b.Path)
	}
	return all
}

// named is what a step is called where its progress is shown.
func named(name string) llb.ConstraintsOpt { return llb.WithCustomName(visible.Line(name)) }

// run is the output of a step that runs a verb of the tool.
func (l lowering) run(root llb.State, s plan.Step, v step.Verb, extra ...llb.RunOption) llb.State {
	return l.exec(root, s, v, extra...).AddMount(step.Out, llb.Scratch())
}

// exec is run for a step whose outputs are still to be mounted.
func (l lowering) exec(root llb.State, s plan.Step, v step.Verb, extra ...llb.RunOption) llb.ExecState {
	opts := options{
		llb.Args(step.Command(v)),
		llb.AddMount(step.Binary, l.in.Tool, llb.SourcePath(l.in.ToolPath), llb.Readonly),
		llb.AddMount(step.Report, llb.Scratch()),
		options(l.in.Limits),
		l.network(s),
		options(extra),
	}
	for _, c := range l.step(s) {
		opts = append(opts, c)
	}
	if l.in.Rerun != "" {
		opts = append(opts, llb.AddEnv("GOHULL_RERUN", l.in.Rerun))
	}
	for _, e := range s.Env {
		key, value, _ := strings.Cut(e, "=")
		opts = append(opts, llb.AddEnv(key, value))
	}
	return root.Run(opts...)
}

// options are several options as one.
type options []llb.RunOption

func (o options) SetRunOption(ei *llb.ExecInfo) {
	for _, opt := range o {
		opt.SetRunOption(ei)
	}
}

func (l lowering) context() llb.RunOption {
	source := llb.AddMount(step.Source, l.in.Context, llb.Readonly)
	if l.in.Made == nil {
		return source
	}
	return options{source, llb.AddMount(step.Made, *l.in.Made, llb.Readonly)}
}

// gather has the closure picked and the modules fetched that it imports.
// Modules that may import packages of the context say which before the source
// is picked.
func (l lowering) gather() lowering {
	source, modules := l.plan.Source, l.plan.Modules
	l.modules = options{}
	if source.Imports == nil {
		l.source = l.pick(source)
		l.outline = l.source
	} else {
		first := source
		first.Step = *source.Imports
		l.outline = l.pick(first)
	}
	if modules == nil {
		return l
	}
	fetched := l.fetch(*modules)
	if source.Imports != nil {
		l.asked = options{part(step.Asked, fetched, step.AskedDir)}
		l.source = l.pick(source, l.asked...)
	}
	l.modules = llb.AddMount(step.ModuleTree, fetched, llb.Readonly)
	return l
}

// pick runs again whenever the context changes, and takes no time. What
// mounts its output runs again only when that has another content.
func (l lowering) pick(s plan.Source, asked ...llb.RunOption) llb.State {
	if s.Beside != nil && len(asked) == 0 {
		return l.pickBeside(s)
	}
	verb := closure(s.Pick)
	verb.Asked = len(asked) > 0
	return l.run(llb.Scratch(), s.Step, verb, append(asked, l.context())...)
}

// pickBeside picks for several images, each to an output of its own: what
// mounts that of one image does not run again for the sake of another.
func (l lowering) pickBeside(s plan.Source) llb.State {
	all := &step.Closures{}
	for _, p := range s.Beside {
		all.Add(p.Image, closure(p))
	}
	job := l.exec(llb.Scratch(), s.Step, all, l.context())
	var own llb.State
	for _, p := range s.Beside {
		out := job.AddMount(step.OutOf(p.Image), llb.Scratch())
		if p.Image == s.Image {
			own = out
		}
	}
	return own
}

func closure(p plan.Pick) *step.Closure {
	return &step.Closure{
		Tags: p.Tags, Platforms: p.Platforms, Go: p.Go, Cgo: p.Cgo, PGO: p.PGO,
		Tests: p.Tests, Data: p.Data, Generate: p.Generate, Files: p.Files, Mains: p.Mains, NoModules: p.NoModules,
	}
}

// fetch runs on the outline of the source.
func (l lowering) fetch(m plan.Modules) llb.State {
	verb := &step.Modules{Platforms: m.Platforms, Go: m.Go, Flags: m.Flags}
	return l.run(l.root, m.Step, verb,
		l.mounts,
		l.outlined(),
		git,
		llb.Dir(step.Source),
		l.modcache(m.Step),
	)
}

// git is what git needs for fetching from private hosts, as far as the client
// gives it.
var git = options{
	llb.AddSSHSocket(llb.SSHID("default"), llb.SSHSocketTarget(step.SSHAgent), llb.SSHOptional),
	secretAt(step.KnownHosts, step.SecretKnownHosts),
	secret(step.SecretGitConfig),
	secret(step.SecretGitCredentials),
}

// outlined mounts the outline. The go command may write to it, a go.work.sum;
// the mount is keyed by its content like a read-only one, since it has no
// output.
func (l lowering) outlined() llb.RunOption {
	return llb.AddMount(step.Source, l.outline, llb.SourcePath("/"+step.OutlineDir), llb.ForceNoOutput)
}

// part mounts a folder of what a step left.
func part(at string, st llb.State, dir string) llb.RunOption {
	return llb.AddMount(at, st, llb.SourcePath("/"+dir), llb.Readonly)
}

// network gives a step what it needs to fetch, or takes the network away.
func (l lowering) network(s plan.Step) llb.RunOption {
	if !s.Network {
		return llb.Network(pb.NetMode_NONE)
	}
	return options{secret(step.SecretCA), secret(step.SecretNetrc)}
}

func secret(id string) llb.RunOption { return secretAt(step.SecretPath(id), id) }

func secretAt(path, id string) llb.RunOption {
	return llb.AddSecret(path, llb.SecretID(id), llb.SecretOptional, llb.SecretFileOpt(0, 0, 0o400))
}

// step is what every vertex says of itself.
func (l lowering) step(s plan.Step) []llb.ConstraintsOpt {
	opts := []llb.ConstraintsOpt{
		named(s.Name),
		llb.Platform(l.in.BuildPlatform),
		l.at(s.At),
	}
	if l.in.NoCache != nil && l.in.NoCache(s.ID) {
		opts = append(opts, llb.IgnoreCache)
	}
	return opts
}

func (l lowering) at(spans []plan.Span) llb.ConstraintsOpt {
	var ranges []*pb.Range
	for _, s := range spans {
		ranges = append(ranges, &pb.Range{
			Start: &pb.Position{Line: int32(s.First)},
			End:   &pb.Position{Line: int32(s.Last)},
		})
	}
	return l.in.SourceMap.Location(ranges)
}
