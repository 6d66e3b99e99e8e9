package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/util/grpcerrors"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc/codes"
)

// lookUp looks up everything that a plan needs to know, side by side.
func (b *build) lookUp(ctx context.Context, q planner.Lookups, inputs lower.Inputs) (planner.Found, error) {
	var found planner.Found
	// Images share what is found, so that the failure of one stops no other.
	eg := safe.NewGroup()
	eg.Go(func() (err error) {
		found.Facts, err = b.scan(ctx, q.Scan, inputs)
		return err
	})
	if q.Source != nil {
		eg.Go(func() error {
			// Should it fail, the build will, and say so in its turn.
			_, _ = b.solveRef(ctx, lower.Source(*q.Source, inputs), true)
			return nil
		})
	}
	var notFound error // comes after an error of the scan
	eg.Go(func() (err error) {
		found.Seeds, err = b.seeds(ctx, q.Platforms)
		return err
	})
	eg.Go(func() error { return b.loadFolders(ctx, q.Contexts) })
	eg.Go(func() (err error) {
		found.Images, notFound, err = b.resolveAll(ctx, q.Images)
		if err == nil && notFound == nil {
			found.Bases, err = b.lookAll(ctx, q, found.Images, inputs)
		}
		return err
	})
	if err := eg.Wait(); err != nil {
		return found, err
	}
	return found, notFound
}

// resolveAll looks up images side by side. Those that there are not are all
// told in one error.
func (b *build) resolveAll(ctx context.Context, keys []planner.ImageKey) (_ map[planner.ImageKey]planner.Image, notFound, err error) {
	found := map[planner.ImageKey]planner.Image{}
	var mu sync.Mutex
	var failed diag.List
	eg := safe.NewGroup()
	for _, key := range keys {
		eg.Go(func() error {
			img, err := b.resolved(ctx, key)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				found[key] = img
			case ctx.Err() != nil:
				return err
			case !key.Optional || !isAbsent(err):
				failed.Add(notResolved(key, err))
			}
			return nil
		})
	}
	err = eg.Wait()
	return found, failed.Err(), err
}

// scan has the packages of the context listed, in a step of the build that
// images share for which it is the same.
func (b *build) scan(ctx context.Context, s plan.Scan, inputs lower.Inputs) (step.Facts, error) {
	return b.scans.get(fmt.Sprintf("%+v", s), func() (step.Facts, error) {
		ref, err := b.evaluate(ctx, lower.Scan(s, inputs))
		if err != nil {
			return step.Facts{}, err
		}
		return readJSON[step.Facts](ctx, ref, step.FactsFile)
	})
}

// resolved is resolve for all images that ask for the same, wherever they do.
func (b *build) resolved(ctx context.Context, key planner.ImageKey) (planner.Image, error) {
	same := key
	same.At = diag.Range{}
	return b.images.get(same, func() (planner.Image, error) { return b.resolve(ctx, key) })
}

// resolve finds the digest and the config of an image, or of the build
// context that replaces it.
func (b *build) resolve(ctx context.Context, key planner.ImageKey) (planner.Image, error) {
	p := ociPlatform(key.Platform)
	var dgst digest.Digest
	named, err := b.ui.NamedContext(key.Ref, dockerui.ContextOpt{
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
	return img, matches(img.Config.Platform, *p)
}

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

// isAbsent reports whether a registry has answered that it has no such image, or
// none for the platform. Any other failure says nothing about that. The
// gateway gives such errors no code of their own, so the text has to do: it is
// containerd's.
func isAbsent(err error) bool {
	text := err.Error()
	var other otherPlatform
	return errors.As(err, &other) || grpcerrors.Code(err) == codes.NotFound ||
		strings.Contains(text, "no match for platform in manifest") || strings.HasSuffix(text, ": not found")
}

// otherPlatform is the error of an image that is for this platform only.
type otherPlatform ocispecs.Platform

func (p otherPlatform) Error() string {
	return fmt.Sprintf("it is for %s/%s only", p.OS, p.Architecture)
}

// pinned is a reference with its digest.
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

// matches finds an image that is for one other platform only: a registry
// gives it whatever was asked for.
func matches(have, want ocispecs.Platform) error {
	if have.OS == "" || have.Architecture == "" {
		return nil
	}
	if have.OS != want.OS || have.Architecture != want.Architecture {
		return otherPlatform(have)
	}
	return nil
}

func notResolved(key planner.ImageKey, err error) diag.Diagnostic {
	d := diag.Diagnostic{At: key.At, Message: fmt.Sprintf("%s: %s for %s: %v", key.Use, key.Ref, key.Platform, err)}
	if version, ok := planner.OfficialGo(key.Ref); ok && isMissing(key.Ref, err) {
		d.Message = fmt.Sprintf("Go %s is not published: %s does not exist", version, key.Ref)
		d.Hint = "write a version that is, as the key `go` or in go.mod"
		return d
	}
	if key.Use == planner.UseToolchain {
		d.Hint = "name another with the keys `go` or `toolchain`; with `toolchain: module` it comes through the module proxy and no registry is needed"
	}
	return d
}

// isMissing reports whether a registry said that an image does not exist, for
// any platform. Errors of the gateway come as text.
func isMissing(ref string, err error) bool {
	return strings.HasSuffix(err.Error(), ref+": not found")
}

// frontendImage is implemented by gateway clients that run from an image.
type frontendImage interface {
	CurrentFrontend() (*llb.State, error)
}

// frontendTool finds the file system that the frontend itself runs from, and
// its own binary there: steps run the same program.
func frontendTool(c client.Client) (llb.State, string, error) {
	current, ok := c.(frontendImage)
	if !ok {
		return llb.State{}, "", errNoImage
	}
	st, err := current.CurrentFrontend()
	if err != nil {
		return llb.State{}, "", err
	}
	if st == nil {
		return llb.State{}, "", errNoImage
	}
	path, err := os.Executable()
	return *st, path, err
}

var errNoImage = errors.New("the daemon does not tell the frontend's own image, which steps run; gohull needs BuildKit 0.12 or newer")
