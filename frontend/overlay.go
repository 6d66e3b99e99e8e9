package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
)

// overlaid is the inputs of a build with what lies over their context: modules
// that other build contexts bring, and then what generators make.
func (b *build) overlaid(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
	inputs, err := b.replaced(ctx, d, inputs)
	if err != nil {
		return inputs, err
	}
	return b.generated(ctx, d, inputs)
}

// replaced puts build contexts in the place of folders that replace modules.
func (b *build) replaced(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
	for _, r := range d.ReplacedModules() {
		st, err := b.loadContext(ctx, r.Context, nil)
		if err != nil {
			return inputs, err
		}
		if st == nil {
			continue // for another platform
		}
		inputs.Context = lower.Replaced(*st, r.Context, r.Dir, inputs)
	}
	return inputs, nil
}

// generated is the inputs of a build whose spec has generators run before it:
// their context has what generators make. Nothing is run here; whatever reads
// the context waits for them.
func (b *build) generated(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
	generators := d.Generators()
	if generators == nil {
		return inputs, nil
	}
	lookups, err := generators.Lookups()
	if err != nil {
		return inputs, err
	}
	images, notFound, err := b.resolveAll(ctx, lookups.Images)
	if err != nil {
		return inputs, err
	}
	if notFound != nil {
		return inputs, notFound
	}
	p, err := generators.PlanGenerators(images)
	if err != nil {
		return inputs, err
	}
	inputs.Contexts = b.contexts.states()
	return lower.Generate(p, inputs), nil
}
