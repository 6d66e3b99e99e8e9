package llb

import (
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Reproduce is the file system that holds step.SumsFile for one image of a
// plan. It cannot be made where two compiles differ.
func Reproduce(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	l := newLowering(p, in)
	r := img.Reproduction
	return l.run(llb.Scratch(), r.Step, &step.Compare{},
		llb.AddMount(step.Built, l.compile(r.Rounds[0]).binaries, llb.Readonly),
		llb.AddMount(step.BuiltAgain, l.compile(r.Rounds[1]).binaries, llb.Readonly),
	)
}
