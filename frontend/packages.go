package frontend

import (
	"context"
	"fmt"
	"maps"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// resolvePackages finds the packages that are added to images.
func (b *build) resolvePackages(ctx context.Context, q planner.Lookups, images map[planner.ImageKey]planner.Image, inputs lower.Inputs) (map[planner.PackagesKey][]step.OSPackage, error) {
	if q.HasKeys() {
		facts, err := b.scan(ctx, q.Scan, inputs) // which runs in any case
		if err != nil || q.LacksKeys(facts) {
			return nil, err
		}
	}
	// A look at the base needs it, so it cannot be loaded at the same time.
	if q.Kept != "" {
		if err := b.loadDirs(ctx, []string{q.Kept}); err != nil {
			return nil, err
		}
	}
	found, err := b.findPackages(ctx, q.Resolve, images, inputs)
	maps.Copy(found, q.Locked)
	return found, err
}

// findPackages finds packages, side by side.
func (b *build) findPackages(ctx context.Context, all map[planner.PackagesKey]planner.PackagesLookup, images map[planner.ImageKey]planner.Image, inputs lower.Inputs) (map[planner.PackagesKey][]step.OSPackage, error) {
	inputs.Contexts = b.contexts.states()
	lists := gather[planner.PackagesKey, []step.OSPackage](nil)
	for key, lookup := range all {
		lists.find(key, func() ([]step.OSPackage, error) {
			return b.resolvePackage(ctx, lookup.On(images[lookup.Image]), inputs)
		})
	}
	return lists.wait()
}

// resolvePackage runs the step that finds packages, once for all images that
// want the same.
func (b *build) resolvePackage(ctx context.Context, r plan.Resolve, inputs lower.Inputs) ([]step.OSPackage, error) {
	same := r
	same.At, same.Index.At, same.Base.At = nil, nil, nil
	return b.resolved.get(fmt.Sprintf("%+v", same), func() ([]step.OSPackage, error) {
		ref, err := b.evaluate(ctx, lower.Resolve(r, inputs))
		if err != nil {
			return nil, err
		}
		return readJSON[[]step.OSPackage](ctx, ref, step.ResolvedFile)
	})
}

// lockedPackages finds the packages that a lock is for.
func (b *build) lockedPackages(ctx context.Context, all map[planner.PackagesKey]planner.PackagesLookup, images map[planner.ImageKey]planner.Image) (map[planner.PackagesKey][]step.OSPackage, error) {
	inputs, err := b.inputs(ctx)
	if err != nil {
		return nil, err
	}
	return b.findPackages(ctx, all, images, inputs)
}
