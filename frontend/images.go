package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/util/grpcerrors"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc/codes"
)

// resolveImages looks up images side by side. The error notFound lists all that
// do not exist.
func (b *build) resolveImages(ctx context.Context, keys []planner.ImageKey) (_ map[planner.ImageKey]planner.Image, notFound, err error) {
	found := map[planner.ImageKey]planner.Image{}
	var mu sync.Mutex
	var failed diag.List
	eg := safe.NewGroup()
	for _, key := range keys {
		eg.Go(func() error {
			img, err := b.resolveOnce(ctx, key)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				found[key] = img
			case ctx.Err() != nil:
				return err
			case isStage(key):
				return err // it has excerpts of its own
			case !key.Optional || !isUnavailable(err):
				failed.Add(imageError(key, err))
			}
			return nil
		})
	}
	err = eg.Wait()
	return found, failed.Err(), err
}

// resolveOnce is resolveImage, once for all who ask for the same image.
func (b *build) resolveOnce(ctx context.Context, key planner.ImageKey) (planner.Image, error) {
	same := key
	same.At = diag.Range{}
	return b.images.get(same, func() (planner.Image, error) { return b.resolveImage(ctx, key) })
}

// resolveImage finds the digest and the config of an image, or of the build
// context that replaces it.
func (b *build) resolveImage(ctx context.Context, key planner.ImageKey) (planner.Image, error) {
	p := ociPlatform(key.Platform)
	var dgst digest.Digest
	named, err := b.ui.NamedContext(planner.ContextName(key.Ref), dockerui.ContextOpt{
		Platform:      p,
		ResolveMode:   b.ui.ImageResolveMode.String(),
		CaptureDigest: &dgst,
	})
	if err != nil {
		return planner.Image{}, err
	}
	if named != nil {
		return b.resolveContext(ctx, key, named, &dgst)
	}
	if isStage(key) {
		return b.resolveStage(ctx, key)
	}
	ref, dgst, config, err := b.c.ResolveImageConfig(ctx, pinned(key.Ref, digest.Digest(key.Digest)), sourceresolver.Opt{
		LogName: fmt.Sprintf("load metadata for %s %s", key.Use, key.Ref),
		ImageOpt: &sourceresolver.ResolveImageOpt{
			Platform:    p,
			ResolveMode: b.ui.ImageResolveMode.String(),
		},
	})
	if err != nil {
		return planner.Image{}, err
	}
	img := planner.Image{Name: pinned(ref, dgst), Digest: dgst.String()}
	if err := json.Unmarshal(config, &img.Config); err != nil {
		return img, fmt.Errorf("its config cannot be read (%w)", err)
	}
	return img, validatePlatform(img.Config.Platform, *p)
}

// resolveContext loads a build context that replaces an image.
func (b *build) resolveContext(ctx context.Context, key planner.ImageKey, named *dockerui.NamedContext, dgst *digest.Digest) (planner.Image, error) {
	st, config, err := named.Load(ctx)
	if err != nil {
		return planner.Image{}, fmt.Errorf("the build context that replaces it: %w", err)
	}
	img := planner.Image{Name: key.Ref, Digest: dgst.String(), Context: fmt.Sprintf("%s::%s", key.Ref, key.Platform)}
	if config != nil {
		img.Config = *config
	}
	b.contexts.add(img.Context, *st)
	return img, nil
}

// isUnavailable reports whether a registry answered that it does not have an
// image, or not for the platform. Any other failure says nothing about that.
// The gateway's errors have no code for it, so this compares containerd's text.
func isUnavailable(err error) bool {
	text := err.Error()
	var other otherPlatform
	return errors.As(err, &other) || grpcerrors.Code(err) == codes.NotFound ||
		strings.Contains(text, "no match for platform in manifest") || strings.HasSuffix(text, ": not found")
}

// otherPlatform is the error for an image that exists for this platform only.
type otherPlatform ocispecs.Platform

func (p otherPlatform) Error() string {
	return fmt.Sprintf("it is for %s/%s only", p.OS, p.Architecture)
}

// pinned returns a reference with its digest.
func pinned(ref string, dgst digest.Digest) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil || dgst == "" {
		return ref
	}
	if _, ok := named.(reference.Digested); ok {
		return ref
	}
	return ref + "@" + dgst.String()
}

// validatePlatform reports an image that exists for one other platform only:
// registries return it for any platform.
func validatePlatform(have, want ocispecs.Platform) error {
	if have.OS == "" || have.Architecture == "" {
		return nil
	}
	if have.OS != want.OS || have.Architecture != want.Architecture {
		return otherPlatform(have)
	}
	return nil
}

// imageError is the diagnostic for an image that cannot be resolved.
func imageError(key planner.ImageKey, err error) diag.Diagnostic {
	d := diag.Diagnostic{At: key.At, Message: fmt.Sprintf("%s: %s for %s: %v", key.Use, key.Ref, key.Platform, err)}
	if version, ok := planner.OfficialGo(key.Ref); ok && doesNotExist(key.Ref, err) {
		d.Message = fmt.Sprintf("Go %s is not published: %s does not exist", version, key.Ref)
		d.Hint = "write a published version " + lineOfGo(key.At)
		if planner.HasToolchainModule(key.Ref) {
			d.Hint += "; if only your mirror lacks this one, `toolchain: module` downloads it through the module proxy"
		}
		return d
	}
	if key.Use == planner.UseToolchain {
		d.Hint = "choose another with the key `go` or `toolchain`; `toolchain: module` downloads Go through the module proxy and needs no registry"
	}
	return d
}

// lineOfGo says where another version of Go belongs: in the line that asked for it, or
// above a go line, which is a minimum for all who import the module.
func lineOfGo(asked diag.Range) string {
	switch name := path.Base(asked.File); name {
	case "go.mod", "go.work":
		return "as the `toolchain` line of " + name
	default:
		return "here"
	}
}

// doesNotExist reports whether a registry answered that an image does not exist
// for any platform. Errors of the gateway are text.
func doesNotExist(ref string, err error) bool {
	return strings.HasSuffix(err.Error(), ref+": not found")
}
