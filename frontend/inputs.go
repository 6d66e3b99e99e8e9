package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/visible"
	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
)

// inputs is what a plan refers to, as this daemon and this request have it.
func (b *build) inputs(ctx context.Context) (lower.Inputs, error) {
	buildContext, err := b.mainContext(ctx)
	if err != nil {
		return lower.Inputs{}, err
	}
	state, path, err := frontendTool(b.c)
	if err != nil {
		return lower.Inputs{}, err
	}
	caps := b.ui.BuildOpts().LLBCaps
	limits, err := b.limits(&caps)
	if err != nil {
		return lower.Inputs{}, err
	}
	return lower.Inputs{
		Context:       *buildContext,
		Tool:          state,
		ToolPath:      path,
		BuildPlatform: b.ui.BuildPlatforms[0],
		SourceMap:     excerpts(b.source.SourceMap),
		Limits:        limits,
		NoCache:       b.ui.IsNoCache,
		Rerun:         b.ui.BuildArgs[planner.RerunArg],
		CacheNS:       b.ui.CacheIDNamespace,
		ResolveMode:   b.ui.ImageResolveMode,
		Features: lower.Features{
			Merge:        caps.Supports(pb.CapMergeOp) == nil,
			SymbolModes:  caps.Supports(modesWitness) == nil,
			ParentTimes:  caps.Supports(modesWitness) == nil, // since 0.17 or before
			ContentCache: caps.Supports(pb.CapExecMountContentCache) == nil,
		},
	}, nil
}

// excerpts is a file as the daemon shows it when a step fails.
func excerpts(file *llb.SourceMap) *llb.SourceMap {
	if visible.Is(file.Filename) && visible.Is(string(file.Data)) {
		return file
	}
	shown := *file
	shown.Filename, shown.Data = visible.Line(file.Filename), visible.Bytes(file.Data)
	return &shown
}

// modesWitness tells that a daemon takes a copy's mode in symbols. No daemon
// up to now lists the capability for that itself, CapFileCopyModeStringFormat;
// this one is of the release after (0.20), and is listed. A daemon without
// symbols would take the mode for 0000.
const modesWitness = pb.CapFileSymlinkCreate
