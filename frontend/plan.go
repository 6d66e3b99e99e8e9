package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// planned is an image with its plan.
type planned struct {
	decision *planner.Decision
	facts    step.Facts
	plan     *plan.Plan
	inputs   lower.Inputs
}

// plannedCheck is a check that is the target, with its plan.
type plannedCheck struct {
	plan   *plan.CheckPlan
	inputs lower.Inputs
}

// planImages plans images side by side. The error is that of all of them.
func (b *build) planImages(ctx context.Context, images []*planner.Decision) ([]planned, error) {
	all := make([]planned, len(images))
	failed := safe.Each(len(images), func(i int) (err error) {
		all[i], err = b.planImage(ctx, images[i])
		return err
	})
	return all, joinErrors(failed...)
}

// planImage looks up what a plan needs to know, and makes it.
func (b *build) planImage(ctx context.Context, d *planner.Decision) (planned, error) {
	found, inputs, err := b.prepare(ctx, d)
	if err != nil {
		return planned{}, err
	}
	p, err := d.Plan(found)
	return planned{d, found.Facts, p, inputs}, err
}

func (b *build) planCheck(ctx context.Context, d *planner.Decision) (plannedCheck, error) {
	found, inputs, err := b.prepare(ctx, d)
	if err != nil {
		return plannedCheck{}, err
	}
	p, err := d.PlanCheck(found)
	return plannedCheck{p, inputs}, err
}

// prepare looks up what a decision needs to know for its plan, and returns the
// inputs of its steps.
func (b *build) prepare(ctx context.Context, d *planner.Decision) (planner.Found, lower.Inputs, error) {
	lookups, err := d.Lookups()
	if err != nil {
		return planner.Found{}, lower.Inputs{}, err
	}
	inputs, err := b.inputs(ctx)
	if err != nil {
		return planner.Found{}, inputs, err
	}
	if inputs, err = b.withOverlays(ctx, d, inputs); err != nil {
		return planner.Found{}, inputs, err
	}
	found, err := b.lookUp(ctx, lookups, inputs)
	inputs.Contexts = b.contexts.states()
	return found, inputs, err
}

// target returns what is built of an image for one platform, and the config of
// the result.
func (p planned) target(img plan.Image) (llb.State, *dockerspec.DockerOCIImage) {
	return lower.Lower(p.plan, img, p.inputs), lower.Config(p.plan, img)
}

// parts returns the file systems that the parts of the check leave, if it has
// several that can fail.
func (p plannedCheck) parts() []llb.State {
	return lower.PartsAlone(p.plan, p.inputs)
}

// state returns the file system that the check leaves.
func (p plannedCheck) state() llb.State {
	return lower.CheckAlone(p.plan, p.inputs)
}
