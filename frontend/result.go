package frontend

import (
	"context"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/containerd/platforms"
	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	commonexptypes "github.com/moby/buildkit/exporter/exptypes"
	"github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"
)

// output is an image for one platform, as exporters get it.
type output struct {
	planned
	img      plan.Image
	platform ocispecs.Platform
	id       string // "linux/amd64"; of several images "api", or "api/linux/amd64"
}

// outputs are those of all images for all platforms. Exporters that write
// folders name them by the outputs' ids.
func (b *build) outputs(all []planned) []output {
	var outs []output
	for _, p := range all {
		for i, target := range b.ui.TargetPlatforms {
			target = platforms.Normalize(target)
			o := output{planned: p, img: p.plan.Images[i], platform: target, id: platforms.FormatAll(target)}
			if len(all) > 1 {
				o.id = path.Join(p.plan.Image, o.id)
				if !b.ui.MultiPlatformRequested {
					o.id = p.plan.Image
				}
			}
			outs = append(outs, o)
		}
	}
	return outs
}

// solve builds what was asked for, for all platforms of all images.
func (b *build) solve(ctx context.Context, all []planned) (*client.Result, error) {
	r := results{Result: client.NewResult(), apart: b.ui.MultiPlatformRequested || len(all) > 1}
	outs := b.outputs(all)
	eg, ctx := errgroup.WithContext(ctx)
	for _, o := range outs {
		eg.Go(func() error {
			st, config := o.target(o.img)
			ref, err := b.evaluate(ctx, st)
			if err != nil {
				return err
			}
			data, err := json.Marshal(config)
			r.add(o, ref, data)
			return err
		})
		if b.attests() {
			eg.Go(func() error {
				ref, err := b.evaluate(ctx, lower.SBOM(o.plan, o.img, o.inputs))
				if err != nil {
					return err
				}
				r.AddAttestation(o.id, spdx(ref))
				return nil
			})
		}
	}
	if err := eg.Wait(); err != nil {
		return nil, err
	}
	if len(all) == 1 {
		r.name(outs)
	}
	return r.Result, r.list(outs)
}

// results is a result in the making.
type results struct {
	*client.Result
	apart bool // whether each output has its own part of the result
}

// key is that of an output's part.
func (r results) key(name string, o output) string {
	if !r.apart {
		return name
	}
	return name + "/" + o.id
}

func (r results) add(o output, ref client.Reference, config []byte) {
	if r.apart {
		r.AddRef(o.id, ref)
	} else {
		r.SetRef(ref)
	}
	r.AddMeta(r.key(exptypes.ExporterImageConfigKey, o), config)
	epoch := strconv.FormatInt(o.img.Config.Created.Unix(), 10)
	r.AddMeta(r.key(commonexptypes.ExporterEpochKey, o), []byte(epoch))
}

// name says what the one image of a result is called, for exporters that are
// told to take that, and how it is annotated. Both are of images alone.
func (r results) name(outs []output) {
	target := outs[0].in.Request.Target
	if target != "" && target != planner.ImageTarget {
		return
	}
	if names := outs[0].plan.Names; len(names) > 0 {
		r.AddMeta(string(exptypes.ExporterImageNameKey), []byte(strings.Join(names, ",")))
	}
	for _, o := range outs {
		for _, name := range slices.Sorted(maps.Keys(o.img.Annotations)) {
			key := exptypes.AnnotationManifestKey(nil, name)
			if r.apart {
				key = exptypes.AnnotationManifestKey(&o.platform, name)
			}
			r.AddMeta(key, []byte(o.img.Annotations[name]))
		}
	}
}

// list says which outputs there are.
func (r results) list(outs []output) error {
	var all exptypes.Platforms
	for _, o := range outs {
		all.Platforms = append(all.Platforms, exptypes.Platform{ID: o.id, Platform: o.platform})
	}
	data, err := json.Marshal(all)
	r.AddMeta(exptypes.ExporterPlatformsKey, data)
	return err
}
