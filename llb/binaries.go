package llb

import (
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Binaries is the file system that holds the executables of one image, all in
// its root, and step.SumsFile.
func Binaries(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	l := newLowering(p, in)
	sums := l.run(llb.Scratch(), img.Binaries.Step, &step.Binaries{Epoch: img.Binaries.Epoch}, l.built(img))
	return l.approved(sums, img.Binaries.Epoch)
}

// built mounts what the compile made.
func (l lowering) built(img plan.Image) llb.RunOption {
	return llb.AddMount(step.Built, l.compile(img.Compile).binaries, llb.Readonly)
}
