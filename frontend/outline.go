package frontend

import (
	"context"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/frontend/subrequests/outline"
	"github.com/moby/buildkit/frontend/subrequests/targets"
	"github.com/moby/buildkit/solver/pb"
)

func (b *build) answerOutline(ctx context.Context) (*client.Result, error) {
	in, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	target := planner.TargetOf(in.Spec, in.Request.Target)
	decided, err := b.decide(in)
	if err != nil {
		return nil, err
	}
	args, err := decided.All()[0].BuildArgs() // which are the same for all images
	if err != nil {
		return nil, err
	}
	o := outlined{Outline: outline.Outline{Name: target.Name, Description: target.Description}}
	for _, arg := range args {
		o.Args = append(o.Args, outline.Arg{
			Name:        arg.Name,
			Description: arg.Meaning,
			Value:       arg.Value,
			Location:    o.location(arg.At, b.sourceInfo(arg.At.File)),
		})
	}
	for _, secret := range step.Secrets() {
		o.Secrets = append(o.Secrets, outline.Secret{Name: secret.ID})
	}
	return o.ToResult()
}

// outlined is an outline and the files that its locations are in.
type outlined struct {
	outline.Outline
	files []string
}

// location is a place in one of the sources, which it adds when it is a new
// one; nil when the file was not read.
func (o *outlined) location(at diag.Range, src *pb.SourceInfo) *pb.Location {
	if src == nil {
		return nil
	}
	i := slices.Index(o.files, at.File)
	if i < 0 {
		i = len(o.files)
		o.files = append(o.files, at.File)
		o.Sources = append(o.Sources, src.Data)
	}
	return &pb.Location{SourceIndex: int32(i), Ranges: excerpt.Ranges(at)}
}

func (b *build) answerTargets(ctx context.Context) (*client.Result, error) {
	in, err := b.read(ctx)
	if err != nil {
		return nil, err
	}
	var list targets.List
	for _, t := range planner.TargetsOf(in.Spec) {
		list.Targets = append(list.Targets, targets.Target{Name: t.Name, Description: t.Description, Default: t.Default})
	}
	return list.ToResult()
}
