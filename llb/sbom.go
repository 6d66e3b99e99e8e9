package llb

import (
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// SBOM is the file system that holds step.SBOMFile for one image of a plan.
func SBOM(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	l := newLowering(p, in)
	s := img.SBOM
	verb := &step.SBOM{Epoch: s.Epoch, Image: s.Image, Base: s.Base}
	return l.run(llb.Scratch(), s.Step, verb, l.built(img))
}
