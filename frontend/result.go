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

// buildImages builds the target for all platforms. Several images are
// directories of one file system for each platform, because a result has only
// one.
func (b *build) buildImages(ctx context.Context, all []planned) (*client.Result, error) {
	if len(all) > 1 {
		if err := b.buildEach(ctx, all); err != nil {
			return nil, err
		}
	}
	refs, err := b.buildPlatforms(ctx, all)
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
		b.addNames(rb, all[0])
		if err := b.addSBOMs(ctx, rb, all[0]); err != nil {
			return nil, err
		}
	}
	return rb.Finalize()
}

// buildPlatforms builds the target for each platform. All of them are built to
// the end, and the error has everything that is wrong.
func (b *build) buildPlatforms(ctx context.Context, all []planned) ([]client.Reference, error) {
	refs := make([]client.Reference, len(all[0].plan.Images))
	failed := safe.Each(len(refs), func(i int) (err error) {
		if len(all) > 1 {
			refs[i], err = b.evaluate(ctx, directories(all, i))
		} else {
			refs[i], err = b.imageJob(all[0], i)(ctx)
		}
		return err
	})
	return refs, joinFailures(failed)
}

// notAnImage is the key of an annotation with a type that does not exist.
// Several images in one result are directories; an exporter of images would
// push them as one image that starts nothing. A frontend does not know the
// exporter, but exporters of images reject this annotation and show its type.
const notAnImage = "annotation-target-all-is-several-images-in-directories--for-the-directories-use-output-type-local--for-the-images-use-call-bake-and-docker-buildx-bake.x"

// buildEach builds images side by side, each to the end. The error has
// everything that is wrong.
func (b *build) buildEach(ctx context.Context, all []planned) error {
	var jobs []job
	for _, p := range all {
		for i := range p.plan.Images {
			jobs = append(jobs, b.imageJob(p, i))
		}
	}
	return runJobs(ctx, jobs)
}

// job solves a state and waits for it.
type job func(context.Context) (client.Reference, error)

// imageJob builds an image for its i-th platform. If the compile shows that the
// binaries are dynamically linked, the job notes that in the plan and solves
// the image again, with what such binaries need.
func (b *build) imageJob(p planned, i int) job {
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

// runJobs runs jobs side by side, each to its end.
func runJobs(ctx context.Context, jobs []job) error {
	return joinFailures(safe.Each(len(jobs), func(i int) error {
		_, err := jobs[i](ctx)
		return err
	}))
}

// directories returns several images for their i-th platform, each in a
// directory with its name.
func directories(all []planned, i int) llb.State {
	var names []string
	var contents []llb.State
	for _, p := range all {
		st, _ := p.target(p.plan.Images[i])
		names, contents = append(names, p.plan.Image), append(contents, st)
	}
	return lower.Dirs(names, contents, all[0].inputs)
}

// addNames adds the image's names, for exporters with the name `*`, and its
// annotations.
func (b *build) addNames(rb *dockerui.ResultBuilder, p planned) {
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

// annotationKey returns the key of an annotation of a platform's manifest.
// Exporters expect a platform in it only if there are several.
func (b *build) annotationKey(target ocispecs.Platform, name string) string {
	if !b.ui.MultiPlatformRequested {
		return exptypes.AnnotationManifestKey(nil, name)
	}
	target = platforms.Normalize(target)
	return exptypes.AnnotationManifestKey(&target, name)
}
