package frontend

import (
	"context"
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/graph"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/llbtext"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/frontend/subrequests/convertllb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// definitions are what a build would hand to BuildKit, one for each image of
// the plan.
func (b *build) definitions(ctx context.Context) (*plan.Plan, []*llb.Definition, error) {
	in, err := b.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	p, inputs, err := b.plan(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	var states []llb.State
	if p.Alone != nil {
		states = append(states, lower.Check(p, *p.Alone, inputs))
	}
	for _, img := range p.Images {
		st, _ := b.target(p, img, inputs)
		states = append(states, st)
	}
	var defs []*llb.Definition
	for _, st := range states {
		def, err := st.Marshal(ctx, llb.WithCaps(b.ui.BuildOpts().LLBCaps))
		if err != nil {
			return nil, nil, err
		}
		defs = append(defs, def)
	}
	return p, defs, nil
}

func (b *build) answerGraph(ctx context.Context) (*client.Result, error) {
	_, defs, err := b.definitions(ctx)
	if err != nil {
		return nil, err
	}
	g, err := graph.Of(defs...)
	if err != nil {
		return nil, err
	}
	return answered(g.SVG(), g)
}

// definition is an image's, for programs to read.
type definition struct {
	Image      string             `json:"image"` // its platform
	Definition *convertllb.Result `json:"definition"`
}

func (b *build) answerLLB(ctx context.Context) (*client.Result, error) {
	p, defs, err := b.definitions(ctx)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	var all []definition
	for i, def := range defs {
		one, err := llbtext.Format(def)
		if err != nil {
			return nil, err
		}
		platform := b.ui.Target
		if i < len(p.Images) {
			platform = p.Images[i].Platform.String()
		}
		fmt.Fprintf(&text, "image %s\n%s", platform, one)
		ops, err := decoded(def)
		if err != nil {
			return nil, err
		}
		all = append(all, definition{platform, ops})
	}
	return answered(text.String(), all)
}

func decoded(def *llb.Definition) (*convertllb.Result, error) {
	res := &convertllb.Result{Def: map[digest.Digest]*pb.Op{}, Metadata: def.Metadata, Source: def.Source}
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			return nil, err
		}
		res.Def[digest.FromBytes(data)] = &op
	}
	return res, nil
}
