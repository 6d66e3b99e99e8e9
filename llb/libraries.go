package llb

import (
	"slices"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// linked are the binaries of an image and the verdict on what they need of it
// when they start. below is the image without them.
//
// A static binary needs nothing. Only the compile shows whether there are
// others, and to mount the base would have it pulled and unpacked. So what is
// made of the compile's output also needs step.StaticDir, which a compile of
// other binaries does not leave; whoever solves it can tell by NeedsLibraries
// and have it lowered with plan.Image.Dynamic set.
func (l lowering) linked(img plan.Image, below llb.State) (binaries llb.State, v verdict) {
	if !img.Dynamic {
		c := l.compile(img.Compile)
		return c.binaries, verdict{state: c.static, from: "/" + step.StaticDir, at: img.Compile.At}
	}
	c := l.compileFor(img, below)
	s := img.Libraries
	verb := &step.Libraries{Image: s.Image, Path: s.Path, Cgo: s.Cgo}
	state := l.run(llb.Scratch(), s.Step, verb,
		llb.AddMount(step.Built, c.binaries, llb.Readonly),
		llb.AddMount(step.Static, c.static, llb.Readonly),
		l.byOrigin(step.Image, below),
	)
	return c.binaries, verdict{state: state, from: nothing, at: s.At}
}

// compileFor compiles binaries that start through the dynamic linker of an
// image.
func (l lowering) compileFor(img plan.Image, below llb.State) compiled {
	if img.Linker == nil {
		return l.compile(img.Compile)
	}
	verb := &step.Linker{Arch: img.Linker.Arch}
	linker := l.run(llb.Scratch(), img.Linker.Step, verb, l.byOrigin(step.Image, below))
	return l.compile(img.Compile, llb.AddMount(step.LinkerDir, linker, llb.Readonly))
}

// below is what the image of some binaries has next to them.
func (l lowering) below(img plan.Image, base llb.State, layers []llb.State) llb.State {
	if len(layers) == 0 {
		return base
	}
	img.Name = "put together what the binaries find in the image for " + img.Platform.String()
	return l.assemble(img, base, slices.Clone(layers))
}
