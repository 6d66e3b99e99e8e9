package frontend

import (
	"context"
	"errors"

	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	digest "github.com/opencontainers/go-digest"
)

// addContents plans all images, and runs what comes before their compiles: the steps
// that pick the source, fetch modules, and generate files.
func (b *build) addContents(ctx context.Context, k *question.Known) error {
	all, err := b.planImages(ctx, k.Decisions.Images)
	if err != nil {
		return err
	}
	k.Images = make([]question.PlannedImage, len(all))
	failed := safe.Each(len(all), func(i int) error {
		p := all[i]
		k.Images[i] = question.PlannedImage{Decision: p.decision, Plan: p.plan}
		for _, img := range p.plan.Images {
			c, err := b.content(ctx, p, img)
			if err != nil {
				return err
			}
			k.Images[i].Contents = append(k.Images[i].Contents, c)
		}
		return nil
	})
	if err := joinFailures(failed); err != nil {
		return err
	}
	if k.Call, err = b.callOptions(ctx); err != nil {
		return err
	}
	k.Ignore = b.ignored.Name
	if own := b.source.Filename + ".dockerignore"; k.Ignore == own { // next to the spec
		k.Ignore = ""
		if k.Call.SpecPath != "" {
			k.Ignore = k.Call.SpecPath + ".dockerignore"
		}
	}
	return nil
}

// content finds out what an image is made of.
func (b *build) content(ctx context.Context, p planned, img plan.Image) (c question.Content, err error) {
	def, err := b.marshal(ctx, lower.Recipe(p.plan, img, p.inputs))
	if err != nil {
		return c, err
	}
	if len(def.Def) == 0 {
		return c, errors.New("the definition of an image is empty")
	}
	c.Recipe = digest.FromBytes(def.Def[len(def.Def)-1]).String() // of the last operation, which names all others
	c.Config = lower.Config(p.plan, img)
	ref, err := b.evaluate(ctx, lower.Manifest(p.plan, img, p.inputs))
	if err != nil {
		return c, err
	}
	c.Parts, err = readJSON[step.Parts](ctx, ref, step.ManifestFile)
	return c, err
}
