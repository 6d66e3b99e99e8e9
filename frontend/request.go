package frontend

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// request returns what the client asks for, for the planner.
func (b *build) request() planner.Request {
	opts := b.ui.BuildOpts().Opts
	req := planner.Request{
		BuildPlatform: platform(b.ui.BuildPlatforms[0]),
		BuildArgs:     b.ui.BuildArgs,
		Labels:        b.ui.Labels,
		Target:        b.ui.Target,
		Frontend:      opts["source"],
		Contexts:      contextNames(opts),
		Offline:       b.ui.NetworkMode == llb.NetModeNone,
		Asks:          opts[question.Key] != "",
		Imports:       len(b.ui.CacheImports) > 0,
		Revision:      opts["vcs:revision"],
		Source:        opts["vcs:source"],
	}
	if filter := opts["no-cache"]; filter != "" {
		req.Uncached = strings.Split(filter, ",")
	}
	for _, p := range b.ui.TargetPlatforms {
		req.Platforms = append(req.Platforms, platform(p))
	}
	return req
}

// setPlatforms sets the default target platform, and drops repeats, which would
// be exported twice.
func setPlatforms(ui *dockerui.Client) {
	if len(ui.TargetPlatforms) == 0 {
		ui.TargetPlatforms = []ocispecs.Platform{platforms.Normalize(ui.BuildPlatforms[0])}
	}
	var unique []ocispecs.Platform
	for _, p := range ui.TargetPlatforms {
		same := func(o ocispecs.Platform) bool { return platforms.FormatAll(o) == platforms.FormatAll(p) }
		if !slices.ContainsFunc(unique, same) {
			unique = append(unique, p)
		}
	}
	ui.TargetPlatforms = unique
}

func platform(p ocispecs.Platform) plan.Platform {
	p = platforms.Normalize(p)
	return plan.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}

func ociPlatform(p plan.Platform) *ocispecs.Platform {
	return &ocispecs.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}

// below returns the context's directory relative to the root of its checkout.
// It is empty if the context is the root, or if the client does not say.
func (b *build) below() string {
	dir := filepath.ToSlash(b.ui.BuildOpts().Opts["vcs:localdir:"+dockerui.DefaultLocalNameContext])
	if !fs.ValidPath(dir) || dir == "." {
		return ""
	}
	return dir
}

// contextNames returns the names of the build contexts that the client adds. A
// context that replaces the frontend itself is not among them: BuildKit has
// used it already.
func contextNames(opts map[string]string) []string {
	var names []string
	for key := range opts {
		name, ok := strings.CutPrefix(key, "context:")
		if ok && name != planner.ContextName(opts["source"]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
