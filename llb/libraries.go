package llb

import (
	"slices"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/tool"
	"github.com/moby/buildkit/client/llb"
)

// libraries judges the binaries of an image by what it has below them: its
// base, and the layers on top of that.
func (l lowering) libraries(img plan.Image, base llb.State, layers []llb.State, binaries llb.State) verdict {
	s := img.Libraries
	below := base
	if len(layers) > 0 {
		img.Name = "put together what the binaries find in the image for " + img.Platform.String()
		below = l.assemble(img, base, slices.Clone(layers))
	}
	verb := &tool.Libraries{Image: s.Image, Path: s.Path}
	state := l.run(llb.Scratch(), s.Step, verb,
		llb.AddMount(tool.Built, binaries, llb.Readonly),
		l.byOrigin(tool.Image, below),
	)
	return verdict{state, s.At}
}
