package frontend

import (
	"cmp"
	"context"
	"slices"
	"strings"

	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
)

// alone runs a check that was asked for by itself. It is one for all
// platforms, so the result has none.
func (b *build) alone(ctx context.Context, p planned) (*client.Result, error) {
	ref, err := b.evaluate(ctx, lower.Check(p.plan, *p.plan.Alone, p.inputs))
	if err != nil {
		return nil, err
	}
	res := client.NewResult()
	res.SetRef(ref)
	return res, nil
}

// runChecks runs the checks beside what they are checks of, and none ends
// because of another: its error has all that is wrong. What is solved after
// it depends on the verdicts, so that they travel with the image's cache.
func (b *build) runChecks(ctx context.Context, all []planned) error {
	var states []llb.State
	for _, p := range all {
		if len(p.plan.Checks) > 0 {
			states = append(states, p.beside()...)
		}
	}
	return b.evaluateAll(ctx, states)
}

// beside is what an image is made of and its checks, none of which waits for
// another.
func (p planned) beside() []llb.State {
	unchecked := p
	without := *p.plan
	without.Checks = nil
	unchecked.plan = &without
	var states []llb.State
	for _, img := range p.plan.Images {
		st, _ := unchecked.target(img)
		states = append(states, st)
	}
	for _, c := range p.plan.Checks {
		states = append(states, lower.Check(p.plan, c, p.inputs))
	}
	return states
}

// together is several failures of steps as one error, with the excerpts of
// all. What several solves have met counts once.
func together(failed []error) error {
	var first error
	var texts []string
	var sources []*errdefs.Source
	for _, err := range failed {
		if err == nil || slices.Contains(texts, err.Error()) {
			continue
		}
		first = cmp.Or(first, err)
		texts = append(texts, err.Error())
		sources = append(sources, errdefs.Sources(err)...)
	}
	if len(texts) < 2 {
		return first
	}
	joined := reworded(first, strings.Join(texts, "\n"))
	for _, src := range sources {
		shown := func(o *errdefs.Source) bool { return samePlace(o, src) }
		if !slices.ContainsFunc(errdefs.Sources(joined), shown) {
			joined = errdefs.WithSource(joined, src)
		}
	}
	return joined
}

// samePlace reports whether two excerpts show the same.
func samePlace(a, b *errdefs.Source) bool {
	sameRange := func(x, y *pb.Range) bool { return x.EqualVT(y) }
	return a.Info.GetFilename() == b.Info.GetFilename() && slices.EqualFunc(a.Ranges, b.Ranges, sameRange)
}
