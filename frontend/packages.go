package frontend

import (
	"context"
	"fmt"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// resolvePackages finds the packages to add to the base of each platform.
func (b *build) resolvePackages(ctx context.Context, q planner.Lookups, images map[planner.ImageKey]planner.Image, inputs lower.Inputs) (map[plan.Platform][]step.OSPackage, error) {
	if q.HasKeys() {
		facts, err := b.scan(ctx, q.Scan, inputs) // which runs in any case
		if err != nil || q.LacksKeys(facts) {
			return nil, err
		}
	}
	// A look at the base needs it, so it cannot be loaded at the same time.
	if name := q.Packages.Context; name != "" {
		if err := b.loadDirs(ctx, []string{name}); err != nil {
			return nil, err
		}
	}
	inputs.Contexts = b.contexts.states()
	lists := gather(q.Locked)
	for key, img := range images {
		r := q.ResolveFor(key, img)
		if r == nil {
			continue
		}
		lists.find(key.Platform, func() ([]step.OSPackage, error) { return b.resolvePackage(ctx, *r, inputs) })
	}
	return lists.wait()
}

// resolveC finds the packages that the toolchain's image needs to compile C.
func (b *build) resolveC(ctx context.Context, q planner.Lookups, images map[planner.ImageKey]planner.Image, inputs lower.Inputs) (map[planner.CNeed][]step.OSPackage, error) {
	inputs.Contexts = b.contexts.states()
	lists := gather[planner.CNeed, []step.OSPackage](nil)
	for need := range q.C {
		r := q.ResolveC(need, images)
		if r == nil {
			continue
		}
		lists.find(need, func() ([]step.OSPackage, error) { return b.resolvePackage(ctx, *r, inputs) })
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

// lockedPackages finds the packages of all images that a lock is for.
func (b *build) lockedPackages(ctx context.Context, all []planner.LockPackages) (map[planner.PackagesKey][]step.OSPackage, error) {
	inputs, err := b.inputs(ctx)
	if err != nil {
		return nil, err
	}
	inputs.Contexts = b.contexts.states()
	lists := gather[planner.PackagesKey, []step.OSPackage](nil)
	for _, p := range all {
		lists.find(p.Key, func() ([]step.OSPackage, error) { return b.resolvePackage(ctx, p.Resolve, inputs) })
	}
	return lists.wait()
}
