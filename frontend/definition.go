package frontend

import (
	"context"
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/graph"
	"github.com/gohull/gohull/llb/llbtext"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/frontend/subrequests/convertllb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// definition is what a build would hand to BuildKit for an image or a check.
type definition struct {
	name string // "image linux/amd64", "check vet"
	*llb.Definition
}

func (b *build) definitions(ctx context.Context) ([]definition, error) {
	all, err := b.planAsked(ctx)
	if err != nil {
		return nil, err
	}
	var defs []definition
	for _, p := range all {
		for name, st := range p.states {
			def, err := st.Marshal(ctx, llb.WithCaps(b.ui.BuildOpts().LLBCaps))
			if err != nil {
				return nil, err
			}
			defs = append(defs, definition{name, def})
		}
	}
	return defs, nil
}

func (b *build) answerGraph(ctx context.Context) (*client.Result, error) {
	all, err := b.definitions(ctx)
	if err != nil {
		return nil, err
	}
	var defs []*llb.Definition
	for _, def := range all {
		defs = append(defs, def.Definition)
	}
	g, err := graph.Of(defs...)
	if err != nil {
		return nil, err
	}
	return answered(g.SVG(), g)
}

// readable is a definition for programs to read.
type readable struct {
	Image      string             `json:"image"` // its platform, after the name of one of several; a check's name
	Definition *convertllb.Result `json:"definition"`
}

func (b *build) answerLLB(ctx context.Context) (*client.Result, error) {
	defs, err := b.definitions(ctx)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	var all []readable
	for _, def := range defs {
		one, err := llbtext.Format(def.Definition)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&text, "%s\n%s", def.name, one)
		ops, err := decoded(def.Definition)
		if err != nil {
			return nil, err
		}
		all = append(all, readable{strings.TrimPrefix(def.name, "image "), ops})
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
		res.Def[digest.FromBytes(data)] = withoutPasswords(&op)
	}
	return res, nil
}
