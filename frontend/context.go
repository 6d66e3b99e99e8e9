package frontend

import (
	"context"
	"strings"

	"github.com/gohull/gohull/frontend/ignore"
	lower "github.com/gohull/gohull/llb"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
)

// isPlainLocal reports whether the context is the client's directory, under the
// name that all clients use for it.
func (b *build) isPlainLocal() bool {
	opts := b.ui.BuildOpts().Opts
	for name := range opts {
		if name == "contextkey" || strings.HasPrefix(name, "local-sessionid:") {
			return false
		}
	}
	return opts[dockerui.DefaultLocalNameContext] == ""
}

// isRemote reports whether the build context may be something else than a
// directory that the client sends.
func (b *build) isRemote() bool {
	opts := b.ui.BuildOpts().Opts
	return opts["context"] != "" || opts["input:context"] != ""
}

// isLocal reports whether the build context comes from the client.
func (b *build) isLocal(ctx context.Context) (bool, error) {
	st, err := b.context(ctx)
	if err != nil {
		return false, err
	}
	def, err := b.marshal(ctx, *st)
	if err != nil || len(def.Def) == 0 {
		return false, err
	}
	var first pb.Op
	err = first.UnmarshalVT(def.Def[0])
	return strings.HasPrefix(first.GetSource().GetIdentifier(), "local://"), err
}

// context returns the build context. The options apply only to a context that
// comes from the client; any other is complete.
func (b *build) context(ctx context.Context, opts ...llb.LocalOption) (*llb.State, error) {
	if !b.isPlainLocal() {
		return b.ui.MainContext(ctx, opts...)
	}
	return dockerui.DefaultMainContext(append(opts, llb.SessionID(b.ui.BuildOpts().SessionID))...), nil
}

// mainContext returns the build context without the files that the ignore file
// hides. BuildKit hides nothing in a context that it fetches itself. gohull
// does, so that it builds the same as from a checkout.
func (b *build) mainContext(ctx context.Context) (*llb.State, error) {
	return b.contextWithout(ctx, b.ignored)
}

// contextWithout returns the build context without the files that an ignore file
// hides.
func (b *build) contextWithout(ctx context.Context, ignored ignore.File, opts ...llb.LocalOption) (*llb.State, error) {
	patterns := ignored.Patterns()
	st, err := b.context(ctx, append(opts, llb.ExcludePatterns(patterns))...)
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

// transfer has the client send some files of the context, whether or not the
// ignore file hides them. This is small and fast, and happens before the whole
// context is sent. Each kind of transfer has its own hint, so that they do not
// overwrite each other in the daemon's copy of the context.
func (b *build) transfer(ctx context.Context, kind string, names []string, opts ...llb.LocalOption) (*tree, error) {
	st, err := b.context(ctx, append([]llb.LocalOption{
		llb.FollowPaths(names),
		llb.ExcludePatterns(nil),
		llb.SharedKeyHint(dockerui.DefaultLocalNameContext + "-" + kind),
		llb.Differ(llb.DiffNone, false),
		dockerui.WithInternalName("load " + kind),
	}, opts...)...)
	if err != nil {
		return nil, err
	}
	ref, err := b.solveRef(ctx, *st, false)
	if err != nil {
		return nil, err
	}
	return newTree(ref, "the build context"), nil
}

// gitSource returns the operation that clones the build context; nil if it is
// not a git repository.
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

// gitScheme begins the identifier of a source that BuildKit clones.
const gitScheme = "git://"
