package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/solver/pb"
)

// readCommit adds the commit and the address of a build context that BuildKit
// clones. For a local checkout, the client sends both.
func (b *build) readCommit(ctx context.Context, req *planner.Request) error {
	if !b.isRemote() || req.Revision != "" {
		return nil
	}
	source, err := b.gitSource(ctx)
	if source == nil || err != nil {
		return err
	}
	found, err := b.c.ResolveSourceMetadata(ctx, source, sourceresolver.Opt{
		LogName: "[internal] find the commit of the build context",
	})
	if err != nil {
		return err
	}
	if found.Git == nil {
		req.NoRevision = "this BuildKit does not report the commit of a git context, which BuildKit 0.26 and newer do"
		return nil
	}
	req.Revision, req.Source = commitOf(found.Git), source.Attrs[pb.AttrFullRemoteURL]
	if req.Source == "" {
		req.Source = source.Identifier
	}
	return nil
}

// commitOf returns the commit that a reference points to. For an annotated tag,
// the checksum is that of the tag.
func commitOf(found *sourceresolver.ResolveGitResponse) string {
	if found.CommitChecksum != "" {
		return found.CommitChecksum
	}
	return found.Checksum
}
