package frontend

import (
	"cmp"
	"context"
	"slices"
	"strings"

	lower "github.com/gohull/gohull/llb"
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
	var solves []solve
	for _, p := range all {
		if len(p.plan.Checks) > 0 {
			solves = append(solves, b.beside(p)...)
		}
	}
	return solveAll(ctx, solves)
}

// beside is what an image is made of and its checks, none of which waits for
// another.
func (b *build) beside(p planned) []solve {
	unchecked := p
	without := *p.plan
	without.Checks = nil
	unchecked.plan = &without
	var solves []solve
	for i := range p.plan.Images {
		solves = append(solves, b.image(unchecked, i))
	}
	for _, c := range p.plan.Checks {
		check := lower.Check(p.plan, c, p.inputs)
		solves = append(solves, func(ctx context.Context) (client.Reference, error) { return b.evaluate(ctx, check) })
	}
	return solves
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
