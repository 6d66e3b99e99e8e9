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

// build lowers one image of a plan.
type build struct {
	lowering
	plan    *plan.Plan
	img     plan.Image
	sources sources
	others  []compiled // plan.Image.Programs, lowered
}

func newBuild(p *plan.Plan, img plan.Image, in Inputs) build {
	l := newLowering(p.Project, p.Toolchain, in)
	b := build{l, p, img, l.gather(p.Sources), nil}
	for _, prog := range img.Programs {
		b.others = append(b.others, l.program(prog))
	}
	return b
}

// root returns the root file system of the image.
func (b build) root() llb.State {
	base := llb.Scratch()
	if b.img.Base != nil {
		base = b.image(*b.img.Base)
	}
	if b.replaces() {
		base = b.packagesInPlace(*b.img.Packages, *b.img.Base, base)
	}
	return b.assemble(b.img.Name, base, b.layers(base))
}

// replaces reports whether the base has the packages of the image already.
func (b build) replaces() bool { return b.img.Packages != nil && b.img.Packages.Replaces() }

// layers returns what comes on top of the base, in the order of the image's
// history: what changes least comes first.
func (b build) layers(base llb.State) []llb.State {
	var layers []llb.State
	if b.img.Base == nil {
		r := *b.plan.Rootfs
		layers = append(layers, b.run(b.goroot, r.Step, &step.Rootfs{Epoch: r.Epoch}, b.mounts))
	}
	if p := b.img.Packages; p != nil && !b.replaces() {
		layers = append(layers, b.packages(*p, *b.img.Base, base))
	}
	if d := b.img.Debugger; d != nil {
		layers = append(layers, b.placed(d.In, b.program(*d).binaries))
	}
	if a := b.img.Accounts; a != nil {
		layers = append(layers, b.accounts(*a, b.under(base, layers)))
	}
	for i, p := range b.img.Programs {
		layers = append(layers, b.placed(p.In, b.others[i].binaries))
	}
	if b.img.Dirs != nil {
		layers = append(layers, b.dirs(*b.img.Dirs))
	}
	for _, f := range b.img.Files {
		layers = append(layers, b.file(f))
	}
	binaries, v := b.linked(b.below(base, layers))
	return append(layers, b.approved(b.capable(b.placed(b.img.Program, binaries)), b.img.Compile.Epoch, v...))
}

// under mounts what has the users of the base, and of the packages that are
// added to it. That of scratch is the first layer.
func (b build) under(base llb.State, layers []llb.State) llb.RunOption {
	switch {
	case b.img.Base == nil:
		return llb.AddMount(step.Image, layers[0], llb.Readonly)
	case b.replaces():
		return b.byOrigin(step.Image, base)
	case b.img.Packages != nil:
		return b.byOrigin(step.Image, b.withPackages(*b.img.Packages, *b.img.Base, base))
	}
	return b.base(*b.img.Base, base)
}

// capable returns the programs with the capabilities of the image. It makes a
// copy: a change of a layer would be a second layer.
func (b build) capable(programs llb.State) llb.State {
	c := b.img.Capabilities
	if c == nil {
		return programs
	}
	verb := &step.Capabilities{Epoch: c.Epoch, Names: c.Names, Path: c.Path}
	return b.run(llb.Scratch(), c.Step, verb, llb.AddMount(step.Built, programs, llb.Readonly))
}

// below returns what the image has next to its binaries.
func (b build) below(base llb.State, layers []llb.State) llb.State {
	if len(layers) == 0 {
		return base
	}
	return b.assemble("put together what the binaries find in the image for "+b.img.Platform.String(), base, slices.Clone(layers))
}

// assemble puts layers on the base of the image.
func (b build) assemble(as string, base llb.State, layers []llb.State) llb.State {
	return b.onBase(as, base, b.img.Base != nil, layers, b.img.At, b.img.Compile.Epoch)
}

// onBase puts layers on a base. An empty base is no layer.
func (l lowering) onBase(as string, base llb.State, isLayer bool, layers []llb.State, lines []plan.Span, epoch int64) llb.State {
	name, at := withName(as), l.at(lines)
	if l.in.Features.Merge {
		if isLayer {
			layers = append([]llb.State{base}, layers...)
		}
		if len(layers) == 1 {
			return layers[0]
		}
		return llb.Merge(layers, name, at)
	}
	created := llb.WithCreatedTime(time.Unix(epoch, 0).UTC())
	for _, layer := range layers {
		base = base.File(llb.Copy(layer, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true}, created), name, at)
	}
	return base
}

// linked returns the binaries and the verdict on what they need of the image
// when they start. below is the image without them.
//
// A static binary needs nothing. Only the compile shows whether there are
// others, and to mount the base would have it pulled and unpacked. So what is
// made of the compile's output also needs step.StaticDir, which a compile of
// other binaries does not leave. If that fails, NeedsLibraries tells, and the
// image can be lowered again with plan.Image.Dynamic set.
func (b build) linked(below llb.State) (binaries llb.State, all []verdict) {
	if !b.img.Dynamic {
		c := b.compile(b.img.Compile, b.sources)
		all = append(all, isStatic(c, b.img.Compile.Step))
		for i, p := range b.img.Programs {
			all = append(all, isStatic(b.others[i], p.Step))
		}
		return c.binaries, all
	}
	c := b.compileFor(below)
	s := b.img.Libraries
	verb := &step.Libraries{Image: s.Image, Path: s.Path, Cgo: s.Cgo}
	state := b.run(llb.Scratch(), s.Step, verb,
		llb.AddMount(step.Built, b.together(c.binaries), llb.Readonly),
		llb.AddMount(step.Static, c.static, llb.Readonly),
		b.byOrigin(step.Image, below),
	)
	return c.binaries, []verdict{{state: state, from: nothing, at: s.At}}
}

// isStatic needs what a step leaves only of static binaries.
func isStatic(c compiled, s plan.Step) verdict {
	return verdict{state: c.static, from: "/" + step.StaticDir, at: s.At}
}

// together returns the binaries of a compile and those of other modules, where
// the image has them.
func (b build) together(binaries llb.State) llb.State {
	all := b.placed(b.img.Program, binaries)
	if len(b.img.Programs) == 0 {
		return all
	}
	created := llb.WithCreatedTime(time.Unix(b.img.Compile.Epoch, 0).UTC())
	info := &llb.CopyInfo{CopyDirContentsOnly: true}
	action := llb.Copy(all, "/", "/", info, created)
	for i, p := range b.img.Programs {
		action = action.Copy(b.placed(p.In, b.others[i].binaries), "/", "/", info, created)
	}
	return llb.Scratch().File(action, withName("put all programs together"), b.at(b.img.Compile.At), llb.Platform(b.in.BuildPlatform))
}

// compileFor compiles binaries that start through the dynamic linker of the
// image.
func (b build) compileFor(below llb.State) compiled {
	linker := b.img.Linker
	if linker == nil {
		return b.compile(b.img.Compile, b.sources)
	}
	found := b.run(llb.Scratch(), linker.Step, &step.Linker{Arch: linker.Arch}, b.byOrigin(step.Image, below))
	return b.compile(b.img.Compile, b.sources, llb.AddMount(step.LinkerDir, found, llb.Readonly))
}

// NeedsLibraries reports whether a step failed with a message because it makes
// a layer of static binaries and some are not static: the image has to be
// lowered again, with plan.Image.Dynamic set.
func NeedsLibraries(op *pb.Op, message string) bool {
	const missing = "/" + step.StaticDir
	isCopied := func(a *pb.FileAction) bool { return a.GetCopy().GetSrc() == missing }
	return slices.ContainsFunc(op.GetFile().GetActions(), isCopied) && strings.Contains(message, missing)
}

// approved returns a layer that exists only if all checks pass. It is made of
// the layer and of what the checks leave, which is nothing; so they run at the
// same time as the compile, and only their verdict has a part in the image.
//
// BuildKit finds a copy by the content of what is copied, without its times. So
// the copy has the time that files are to have: another build may have copied
// the same binaries with another one.
func (b build) approved(layer llb.State, epoch int64, verdicts ...verdict) llb.State {
	for _, c := range b.plan.Checks {
		for _, st := range b.judging(c, b.sources) {
			verdicts = append(verdicts, verdict{st, nothing, c.Common().At})
		}
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
	if !slices.ContainsFunc(verdicts, func(v verdict) bool { return v.from == nothing }) {
		name = "see whether the binaries are static"
	}
	return llb.Scratch().File(action, withName(name), b.at(at))
}

// verdict is the file system that a step leaves which only judges.
type verdict struct {
	state llb.State
	from  string // what is copied of it: nothing, or an empty directory that has to exist
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
