package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
)

// withOverlays adds to the context of a build: first modules that other build
// contexts bring, then files of stages, then what generators write.
func (b *build) withOverlays(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
	b.stages.add(d.Stages())
	inputs, err := b.withReplacements(ctx, d, inputs)
	if err != nil {
		return inputs, err
	}
	if inputs, err = b.withStages(ctx, d, inputs); err != nil {
		return inputs, err
	}
	return b.withGenerated(ctx, d, inputs)
}

// withStages puts files of stages over the context. Nothing of them runs yet.
func (b *build) withStages(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
	keys := d.OverlayKeys()
	if keys == nil {
		return inputs, nil
	}
	images, notFound, err := b.resolveImages(ctx, keys)
	if err := joinErrors(err, notFound); err != nil {
		return inputs, err
	}
	inputs.Contexts = b.contexts.states()
	return lower.Overlay(d.Overlays(images), inputs), nil
}

// withReplacements replaces the directories of modules with build contexts.
func (b *build) withReplacements(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
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

// withGenerated adds what generators write, if the spec has generators that run
// before the build. Nothing runs yet: steps that read the context wait for
// them.
func (b *build) withGenerated(ctx context.Context, d *planner.Decision, inputs lower.Inputs) (lower.Inputs, error) {
	generators := d.Generators()
	if generators == nil {
		return inputs, nil
	}
	lookups, err := generators.Lookups()
	if err != nil {
		return inputs, err
	}
	images, notFound, err := b.resolveImages(ctx, lookups.Images)
	if err != nil {
		return inputs, err
	}
	if notFound != nil {
		return inputs, notFound
	}
	packages, err := b.resolvePackages(ctx, lookups, images, inputs)
	if err != nil {
		return inputs, err
	}
	inputs.Contexts = b.contexts.states()
	p, err := generators.PlanGenerators(planner.Found{Images: images, Packages: packages})
	if err != nil {
		return inputs, err
	}
	return lower.Generate(p, inputs), nil
}
