package frontend

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
)

// alone runs a check that was asked for by itself. It is one for all
// platforms, so the result has none.
func (b *build) alone(ctx context.Context, d *planner.Decision) (*client.Result, error) {
	p, err := b.planCheck(ctx, d)
	if err != nil {
		return nil, b.located(ctx, err)
	}
	ref, err := b.evaluate(ctx, p.state())
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
// all. What several solves have met counts once, and so does what several steps
// say in the same words, such as an error in go.mod for each image.
func together(failed []error) error {
	var first error
	var said []saidStep
	var sources []*errdefs.Source
	for _, err := range failed {
		if err == nil {
			continue
		}
		first = cmp.Or(first, err)
		said = addFailed(said, err.Error())
		sources = append(sources, errdefs.Sources(err)...)
	}
	if first == nil || len(said) == 1 && said[0].text() == first.Error() {
		return first
	}
	var texts []string
	for _, s := range said {
		texts = append(texts, s.text())
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

// saidStep is what a step said: "… failed", and below that why.
type saidStep struct {
	head, reason string
	others       []string // heads of other steps that said the same
}

func addFailed(said []saidStep, text string) []saidStep {
	head, reason, _ := strings.Cut(text, "\n")
	same := func(s saidStep) bool {
		return s.head == head && s.reason == reason || reason != "" && s.reason == reason && isOfImages(s.head, head)
	}
	i := slices.IndexFunc(said, same)
	if i < 0 {
		return append(said, saidStep{head: head, reason: reason})
	}
	if said[i].head != head && !slices.Contains(said[i].others, head) {
		said[i].others = append(said[i].others, head)
	}
	return said
}

// isOfImages reports whether two steps do the same for different images. Each
// check is one of its own.
func isOfImages(a, b string) bool {
	kind, _, _ := strings.Cut(a, " ")
	return kind != "check" && strings.HasPrefix(b, kind+" ")
}

func (s saidStep) text() string {
	head := s.head
	switch n := len(s.others); {
	case n == 1:
		head += ", and so did another step"
	case n > 1:
		head += fmt.Sprintf(", and so did %d other steps", n)
	}
	return strings.TrimSuffix(head+"\n"+s.reason, "\n")
}

// samePlace reports whether two excerpts show the same.
func samePlace(a, b *errdefs.Source) bool {
	sameRange := func(x, y *pb.Range) bool { return x.EqualVT(y) }
	return a.Info.GetFilename() == b.Info.GetFilename() && slices.EqualFunc(a.Ranges, b.Ranges, sameRange)
}
