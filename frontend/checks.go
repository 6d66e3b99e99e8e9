package frontend

import (
	"context"
	"runtime"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// runCheck runs a check that is the target, for each project. The check is the
// same for all platforms, so the result has none.
func (b *build) runCheck(ctx context.Context, projects []*planner.Decision) (*client.Result, error) {
	planned := make([]plannedCheck, len(projects))
	failed := safe.Each(len(projects), func(i int) (err error) {
		planned[i], err = b.planCheck(ctx, projects[i])
		return err
	})
	if err := joinErrors(failed...); err != nil {
		return nil, b.withExcerpts(ctx, err)
	}
	ref, err := b.evaluateAll(ctx, planned)
	if err != nil {
		return nil, err
	}
	res := client.NewResult()
	res.SetRef(ref)
	return res, nil
}

// jobsOf returns a job for each part of a check. Of the parts of all checks, few are
// evaluated at a time: BuildKit would run everything that it is asked for, and each
// part compiles and tests on all of the machine's cores.
func (b *build) jobsOf(parts []llb.State) []job {
	var jobs []job
	for _, st := range parts {
		jobs = append(jobs, func(ctx context.Context) (client.Reference, error) {
			if len(parts) > 1 {
				b.turns <- struct{}{}
				defer func() { <-b.turns }()
			}
			return b.evaluate(ctx, st)
		})
	}
	return jobs
}

// partsAtATime returns how many parts of checks are evaluated at a time. The frontend
// runs on the machine of the daemon.
func partsAtATime() int { return max(2, runtime.NumCPU()/2) }

// evaluateAll runs checks side by side, each with all its parts to its end, and
// returns what all of them leave.
func (b *build) evaluateAll(ctx context.Context, all []plannedCheck) (client.Reference, error) {
	var parts []job
	for _, p := range all {
		parts = append(parts, b.jobsOf(p.parts())...)
	}
	if err := runJobs(ctx, parts); err != nil {
		return nil, err
	}
	states := make([]llb.State, len(all))
	refs := make([]client.Reference, len(all))
	failed := safe.Each(len(all), func(i int) (err error) {
		states[i] = all[i].state()
		refs[i], err = b.evaluate(ctx, states[i])
		return err
	})
	if err := joinFailures(failed); err != nil {
		return nil, err
	}
	if len(all) == 1 {
		return refs[0], nil
	}
	return b.evaluate(ctx, lower.Together(states, all[0].inputs))
}

// runChecks runs checks and builds what they check at the same time. All of
// them run to their end, and the error has everything that is wrong. What is
// solved afterwards depends on the results of the checks, so they travel with
// the image's cache.
func (b *build) runChecks(ctx context.Context, all []planned) error {
	var jobs []job
	for _, p := range all {
		if len(p.plan.Checks) > 0 {
			jobs = append(jobs, b.jobsWithChecks(p)...)
		}
	}
	return runJobs(ctx, jobs)
}

// jobsWithChecks returns the jobs that build an image, without waiting for its
// checks, and the jobs that run the checks.
func (b *build) jobsWithChecks(p planned) []job {
	unchecked := p
	without := *p.plan
	without.Checks = nil
	unchecked.plan = &without
	var jobs []job
	for i := range p.plan.Images {
		jobs = append(jobs, b.imageJob(unchecked, i))
	}
	for _, c := range p.plan.Checks {
		jobs = append(jobs, b.jobsOf(lower.Check(p.plan, c, p.inputs))...)
	}
	return jobs
}
