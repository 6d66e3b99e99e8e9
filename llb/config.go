package llb

import (
	"slices"

	"github.com/gohull/gohull/llb/plan"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Config returns the image config of what Lower returns. Its platform is the
// one that was compiled for, whatever the base's config says of itself.
func Config(p *plan.Plan, img plan.Image) *dockerspec.DockerOCIImage {
	if p.Output != plan.OutputImage {
		return DataConfig(img)
	}
	c := img.Config
	out := DataConfig(img)
	out.Config.ImageConfig = ocispecs.ImageConfig{
		User:         c.User,
		ExposedPorts: set(c.Expose),
		Env:          c.Env,
		Entrypoint:   c.Entrypoint,
		Cmd:          c.Cmd,
		Volumes:      set(c.Volumes),
		WorkingDir:   c.WorkingDir,
		Labels:       c.Labels,
		StopSignal:   c.StopSignal,
	}
	out.Config.Healthcheck = healthcheck(c.Healthcheck)
	out.History = history(slices.Concat(c.BaseHistory, c.History))
	return out
}

// DataConfig returns the config of an image that has files to take out again,
// and no program.
func DataConfig(img plan.Image) *dockerspec.DockerOCIImage {
	out := &dockerspec.DockerOCIImage{}
	out.Created = &img.Config.Created
	out.OS = img.Platform.OS
	out.Architecture = img.Platform.Architecture
	out.Variant = img.Platform.Variant
	out.RootFS.Type = "layers"
	return out
}

func set(keys []string) map[string]struct{} {
	if len(keys) == 0 {
		return nil
	}
	m := map[string]struct{}{}
	for _, k := range keys {
		m[k] = struct{}{}
	}
	return m
}

func healthcheck(h *plan.Healthcheck) *dockerspec.HealthcheckConfig {
	if h == nil {
		return nil
	}
	return &dockerspec.HealthcheckConfig{
		Test: h.Test, Interval: h.Interval, Timeout: h.Timeout,
		StartPeriod: h.StartPeriod, StartInterval: h.StartInterval, Retries: h.Retries,
	}
}

func history(hs []plan.History) []ocispecs.History {
	var out []ocispecs.History
	for _, h := range hs {
		out = append(out, ocispecs.History{
			Created: h.Created, CreatedBy: h.CreatedBy, Author: h.Author,
			Comment: h.Comment, EmptyLayer: h.EmptyLayer,
		})
	}
	return out
}
