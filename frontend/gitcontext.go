package frontend

import (
	"context"
	"strings"

	"github.com/gohull/gohull/frontend/planner"
	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gwpb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
)

// gitScheme begins the identifier of a source that BuildKit clones itself.
const gitScheme = "git://"

// readGitContext adds the commit and the address of a build context that
// BuildKit clones. Of a local checkout, the client sends both.
func (b *build) readGitContext(ctx context.Context, req *planner.Request) error {
	if !b.isRemote() || req.Revision != "" {
		return nil
	}
	caps := b.ui.BuildOpts().Caps
	if caps.Supports(gwpb.CapSourceMetaResolver) != nil {
		return nil // an old daemon, which does not report the commit
	}
	source, err := b.gitSource(ctx)
	if source == nil || err != nil {
		return err
	}
	found, err := b.c.ResolveSourceMetadata(ctx, source, sourceresolver.Opt{
		LogName: "[internal] find the commit of the build context",
	})
	if err != nil || found.Git == nil {
		return err
	}
	req.Revision, req.Source = commitOf(found.Git), source.Attrs[pb.AttrFullRemoteURL]
	if req.Source == "" {
		req.Source = source.Identifier
	}
	return nil
}

// isRemote reports whether the build context may be another than a directory
// that the client sends.
func (b *build) isRemote() bool {
	opts := b.ui.BuildOpts().Opts
	return opts["context"] != "" || opts["input:context"] != ""
}

// mainContext is the build context without what the ignore file hides. BuildKit
// hides nothing of a context that it fetches itself; gohull does, so that it
// builds what is built from a checkout.
func (b *build) mainContext(ctx context.Context) (*llb.State, error) {
	patterns := b.ignored.Patterns()
	st, err := b.context(ctx, llb.ExcludePatterns(patterns))
	if err != nil || len(patterns) == len(alwaysIgnored.Patterns()) {
		return st, err
	}
	local, err := b.isLocal(ctx)
	if local || err != nil {
		return st, err
	}
	without := lower.Without(*st, patterns)
	return &without, nil
}

// gitSource is the operation that clones the build context; nil if it is not
// a git repository.
func (b *build) gitSource(ctx context.Context) (*pb.SourceOp, error) {
	st, err := b.context(ctx)
	if err != nil {
		return nil, err
	}
	def, err := b.marshal(ctx, *st)
	if err != nil {
		return nil, err
	}
	for _, data := range def.Def {
		var op pb.Op
		if err := op.UnmarshalVT(data); err != nil {
			return nil, err
		}
		if source := op.GetSource(); strings.HasPrefix(source.GetIdentifier(), gitScheme) {
			return source, nil
		}
	}
	return nil, nil
}

// commitOf is the commit that a reference leads to. For an annotated tag the
// checksum is that of the tag.
func commitOf(found *sourceresolver.ResolveGitResponse) string {
	if found.CommitChecksum != "" {
		return found.CommitChecksum
	}
	return found.Checksum
}
