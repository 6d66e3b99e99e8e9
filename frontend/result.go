package frontend

import (
	"context"
	"errors"
	"strings"

	"github.com/containerd/platforms"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// solve builds what was asked for, for all platforms. What several images are
// asked for comes in folders of their names: a result has one file system for
// each platform.
func (b *build) solve(ctx context.Context, all []planned) (*client.Result, error) {
	if len(all) > 1 {
		if err := b.solveEach(ctx, all); err != nil {
			return nil, err
		}
	}
	refs, err := b.solvePlatforms(ctx, all)
	if err != nil {
		return nil, err
	}
	rb, err := b.ui.Build(ctx, func(_ context.Context, _ *ocispecs.Platform, i int) (*dockerui.BuildResult, error) {
		img, config := all[0].plan.Images[i], lower.DataConfig(all[0].plan.Images[i])
		if len(all) == 1 {
			_, config = all[0].target(img)
		}
		return &dockerui.BuildResult{Reference: refs[i], Image: config, Epoch: &img.Config.Created}, nil
	})
	if err != nil {
		return nil, err
	}
	if len(all) > 1 && all[0].plan.Output == plan.OutputImage {
		rb.AddMeta(notAnImage, nil)
	}
	if len(all) == 1 {
		b.name(rb, all[0])
		if err := b.addSBOMs(ctx, rb, all[0]); err != nil {
			return nil, err
		}
	}
	return rb.Finalize()
}

// solvePlatforms builds what was asked for, for each platform. None stops
// another: the error has what is wrong with any of them.
func (b *build) solvePlatforms(ctx context.Context, all []planned) ([]client.Reference, error) {
	refs := make([]client.Reference, len(all[0].plan.Images))
	failed := safe.Each(len(refs), func(i int) (err error) {
		if len(all) > 1 {
			refs[i], err = b.evaluate(ctx, folders(all, i))
		} else {
			refs[i], err = b.image(all[0], i)(ctx)
		}
		return err
	})
	return refs, together(failed)
}

// notAnImage is the key of an annotation of a type that does not exist. All
// images at once are directories; exporters of images would push them as one
// image that starts nothing. A frontend does not know the exporter, but those
// of images refuse the annotation, with its type in their message.
const notAnImage = "annotation-target-all-is-several-images-in-directories--for-the-directories-use-output-type-local--for-the-images-use-call-bake-and-docker-buildx-bake.x"

// solveEach builds images side by side, and none ends because of another: its
// error has all that is wrong.
func (b *build) solveEach(ctx context.Context, all []planned) error {
	var solves []solve
	for _, p := range all {
		for i := range p.plan.Images {
			solves = append(solves, b.image(p, i))
		}
	}
	return solveAll(ctx, solves)
}

// solve solves a state and waits for it.
type solve func(context.Context) (client.Reference, error)

// image solves what is wanted of an image for its i-th platform. If the
// compile shows that its binaries are dynamically linked, it remembers that in
// the plan and solves the image again, with what such binaries need.
func (b *build) image(p planned, i int) solve {
	return func(ctx context.Context) (client.Reference, error) {
		img := &p.plan.Images[i]
		st, _ := p.target(*img)
		ref, err := b.evaluate(ctx, st)
		var failed *errdefs.SolveError
		if !errors.As(err, &failed) || !lower.NeedsLibraries(failed.Op, err.Error()) {
			return ref, err
		}
		img.Dynamic = true
		st, _ = p.target(*img)
		return b.evaluate(ctx, st)
	}
}

// solveAll solves side by side, to the end of each.
func solveAll(ctx context.Context, solves []solve) error {
	return together(safe.Each(len(solves), func(i int) error {
		_, err := solves[i](ctx)
		return err
	}))
}

// folders is what is asked for of several images for the i-th platform.
func folders(all []planned, i int) llb.State {
	var names []string
	var contents []llb.State
	for _, p := range all {
		st, _ := p.target(p.plan.Images[i])
		names, contents = append(names, p.plan.Image), append(contents, st)
	}
	return lower.Dirs(names, contents, all[0].inputs)
}

// name says what an image is called, for exporters that are told to take
// that, and how it is annotated.
func (b *build) name(rb *dockerui.ResultBuilder, p planned) {
	if p.plan.Output != plan.OutputImage {
		return
	}
	if names := p.plan.Names; len(names) > 0 {
		rb.AddMeta(string(exptypes.ExporterImageNameKey), []byte(strings.Join(names, ",")))
	}
	for i, target := range b.ui.TargetPlatforms {
		for name, value := range p.plan.Images[i].Annotations {
			rb.AddMeta(b.annotationKey(target, name), []byte(value))
		}
	}
}

// annotationKey is that of an annotation of a platform's manifest. Exporters
// look for a platform only where there are several.
func (b *build) annotationKey(target ocispecs.Platform, name string) string {
	if !b.ui.MultiPlatformRequested {
		return exptypes.AnnotationManifestKey(nil, name)
	}
	target = platforms.Normalize(target)
	return exptypes.AnnotationManifestKey(&target, name)
}
