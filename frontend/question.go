package frontend

import (
	"context"
	"errors"
	"maps"

	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/question"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// answer answers a question instead of building.
func (b *build) answer(ctx context.Context, id string) (*client.Result, error) {
	q, err := question.Find(id)
	if err != nil {
		return nil, err
	}
	known, err := b.known(ctx, q)
	if q.From == question.Findings && errors.As(b.explainMissing(ctx, err), &known.Wrong) {
		err = nil // what would fail the build is part of this answer
	}
	if err != nil {
		return nil, err
	}
	answer, err := q.Answer(known)
	for _, w := range answer.Warnings {
		b.warn(ctx, w.Text, b.excerptOf(w.At))
	}
	if err != nil {
		return nil, err
	}
	res := client.NewResult()
	for key, value := range answer.Metadata {
		res.AddMeta(key, value)
	}
	return res, nil
}

// known finds out what a question is answered from.
func (b *build) known(ctx context.Context, q question.Question) (k question.Known, err error) {
	k.Release = b.Release
	if q.From == question.Nothing {
		return k, nil
	}
	k.Input, err = b.read(ctx)
	if b.source != nil {
		k.Text, k.Files = b.source.SourceMap, b.userFiles()
	}
	if err != nil || q.From == question.Spec {
		return k, err
	}
	k.Input = q.About(k.Input)
	if k.Decisions, err = b.decide(k.Input); err != nil {
		return k, err
	}
	switch q.From {
	case question.Call:
		k.Call, err = b.callOptions(ctx)
	case question.Findings:
		k.Findings, k.Strict, err = b.allFindings(ctx, k.Decisions.All())
	case question.Contents:
		err = b.addContents(ctx, &k)
	case question.Plans, question.Definitions:
		err = b.addPlans(ctx, &k, q.From == question.Definitions)
	}
	return k, err
}

// userFiles returns the spec, the project's files and the Dockerfiles of stages, by
// name.
func (b *build) userFiles() map[string][]byte {
	files := project.Files{b.source.Filename: b.source.Data}
	maps.Copy(files, b.files)
	maps.Copy(files, b.ofStages)
	return files
}

// addPlans plans what a question is about, and lowers it if the question needs that.
func (b *build) addPlans(ctx context.Context, k *question.Known, lowered bool) error {
	for _, d := range k.Decisions.Checks {
		p, err := b.planCheck(ctx, d)
		if err != nil {
			return err
		}
		k.Checks = append(k.Checks, p.plan)
		if !lowered {
			continue
		}
		if err := b.addDefinition(ctx, k, p.plan.Name(), p.state()); err != nil {
			return err
		}
	}
	all, err := b.planImages(ctx, k.Decisions.Images)
	if err != nil {
		return err
	}
	for _, p := range all {
		k.Images = append(k.Images, question.PlannedImage{Decision: p.decision, Plan: p.plan})
		if !lowered {
			continue
		}
		for _, img := range p.plan.Images {
			st, _ := p.target(img)
			if err := b.addDefinition(ctx, k, "image "+p.plan.NameOf(img), st); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *build) addDefinition(ctx context.Context, k *question.Known, name string, st llb.State) error {
	def, err := b.marshal(ctx, st)
	k.Definitions = append(k.Definitions, question.Definition{Name: name, Definition: def})
	return err
}
