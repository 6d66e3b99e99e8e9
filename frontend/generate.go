package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
)

// generated is the inputs of a build whose spec has generators run before it:
// their context has what generators make. Nothing is run here; whatever reads
// the context waits for them.
func (b *build) generated(ctx context.Context, in planner.Input, inputs lower.Inputs) (lower.Inputs, error) {
	if !planner.Generates(in) {
		return inputs, nil
	}
	keys, err := planner.AskGenerate(in)
	if err != nil {
		return inputs, err
	}
	images, notFound, err := b.resolveAll(ctx, keys)
	if err != nil {
		return inputs, err
	}
	if notFound != nil {
		return inputs, notFound
	}
	p, err := planner.PlanGenerate(in, images)
	if err != nil {
		return inputs, err
	}
	inputs.Contexts = b.contexts.states()
	inputs.Context = lower.Generated(p, *p.Alone, inputs)
	return inputs, nil
}
