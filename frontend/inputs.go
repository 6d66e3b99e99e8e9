package frontend

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/visible"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
)

// inputs returns what a plan refers to: the context, the frontend's image, and
// the settings of this daemon and request. They are the same for all images.
func (b *build) inputs(ctx context.Context) (lower.Inputs, error) {
	return b.common.get(struct{}{}, func() (lower.Inputs, error) { return b.findInputs(ctx) })
}

func (b *build) findInputs(ctx context.Context) (lower.Inputs, error) {
	buildContext, err := b.mainContext(ctx)
	if err != nil {
		return lower.Inputs{}, err
	}
	state, path, err := stepProgram(b.c)
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

// excerpts returns a file in the form that the daemon can show if a step fails.
func excerpts(file *llb.SourceMap) *llb.SourceMap {
	if visible.Is(file.Filename) && visible.Is(string(file.Data)) {
		return file
	}
	shown := *file
	shown.Filename, shown.Data = visible.Line(file.Filename), visible.Bytes(file.Data)
	return &shown
}

// modesWitness stands for the ability of a daemon to read symbolic modes of
// copies. No daemon so far lists CapFileCopyModeStringFormat, the capability
// for that. This one is from a later release, 0.21, and is listed. Older daemons
// would read such a mode as 0000 or, from 0.17 on, ignore the X in it: a
// directory would have the mode 0644.
const modesWitness = pb.CapSourceHTTPHeader

// frontendImage is implemented by gateway clients that run from an image.
type frontendImage interface {
	CurrentFrontend() (*llb.State, error)
}

// stepProgram returns the file system that the frontend runs from, and the path
// of the program there that steps run.
func stepProgram(c client.Client) (llb.State, string, error) {
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
	self, err := os.Executable()
	return *st, filepath.Join(filepath.Dir(self), step.Executable), err
}

var errNoImage = errors.New("the daemon does not report the frontend's own image, which steps run; gohull needs BuildKit 0.12.5 or newer")
