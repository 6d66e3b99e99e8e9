package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// setPlatforms makes the target platforms explicit and drops repeats, which
// would be exported twice.
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

// readSource reads the spec, the ignore file and the project's files, side by
// side where nothing else has to be known for that.
func (b *build) readSource(ctx context.Context) error {
	var ownIgnore *namedFile
	eg, egCtx := safe.WithContext(ctx)
	eg.Go(func() (err error) {
		if b.source, err = b.ui.ReadEntrypoint(egCtx, "YAML"); err != nil || !b.isPlainLocal() {
			return err
		}
		ownIgnore, err = b.readOwnIgnore(egCtx)
		return err
	})
	if b.isPlainLocal() {
		eg.Go(func() error { return b.readProject(egCtx) })
	}
	if err := eg.Wait(); err != nil {
		return err
	}
	if b.files == nil {
		return b.readOther(ctx)
	}
	return b.heed(ownIgnore)
}

// isPlainLocal reports whether the context is the client's directory, under
// the name that all clients have for it.
func (b *build) isPlainLocal() bool {
	opts := b.ui.BuildOpts().Opts
	for name := range opts {
		if name == "contextkey" || strings.HasPrefix(name, "local-sessionid:") {
			return false
		}
	}
	return opts[dockerui.DefaultLocalNameContext] == ""
}

// readOther reads the files of a context that is no plain directory of the
// client.
func (b *build) readOther(ctx context.Context) error {
	own, err := b.readOwnIgnore(ctx)
	if err != nil {
		return err
	}
	if err := b.readProject(ctx); err != nil {
		return err
	}
	return b.heed(own)
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

// context is the build context. Only one that comes from the client heeds
// the options; others are there as a whole.
func (b *build) context(ctx context.Context, opts ...llb.LocalOption) (*llb.State, error) {
	if !b.isPlainLocal() {
		return b.ui.MainContext(ctx, opts...)
	}
	return dockerui.DefaultMainContext(append(opts, llb.SessionID(b.ui.BuildOpts().SessionID))...), nil
}

// transfer has some files of the context sent, whether or not the ignore file
// hides them. It is small and quick, and comes before that of the whole
// context. Each kind has a hint of its own, so that they do not undo each
// other in the daemon's copy of the context.
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

// readProject reads the files that describe the project, and the ignore file
// that lies next to them.
func (b *build) readProject(ctx context.Context) error {
	b.files = project.Files{}
	names := []string{project.ModFile, project.WorkFile, project.VendorFile, project.LockFile, dockerui.DefaultDockerignoreName}
	if err := b.readFiles(ctx, "go.mod", names); err != nil {
		return err
	}
	if work, ok := b.files[project.WorkFile]; ok {
		if err := b.readFiles(ctx, "go.work", project.ModFiles(work)); err != nil {
			return err
		}
	}
	if others := project.ReplacedFiles(b.files); len(others) > 0 {
		return b.readFiles(ctx, "replaced go.mod", others)
	}
	return nil
}

// readFiles reads those of the named files of the context that are there.
func (b *build) readFiles(ctx context.Context, kind string, names []string) error {
	t, err := b.transfer(ctx, kind, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		data, found, err := t.read(ctx, name)
		var broken *unusable
		switch {
		case errors.As(err, &broken):
			broken.wanted = name
			b.unusable = append(b.unusable, *broken)
		case err != nil:
			return err
		case found:
			b.files[name] = data
		}
	}
	return nil
}

// readJSON reads a file that a step left for the frontend.
func readJSON[T any](ctx context.Context, ref client.Reference, name string) (v T, err error) {
	data, err := dockerui.ReadFile(ctx, ref, name)
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		return v, fmt.Errorf("a step left no %s that can be read (%w); run all steps again with --build-arg %s=<any text>", name, err, planner.RerunArg)
	}
	return v, nil
}

// marshal returns the definition of a state for this daemon.
func (b *build) marshal(ctx context.Context, st llb.State) (*llb.Definition, error) {
	return st.Marshal(ctx, llb.WithCaps(b.ui.BuildOpts().LLBCaps))
}

// solveRef solves a state to its one ref.
func (b *build) solveRef(ctx context.Context, st llb.State, evaluate bool) (client.Reference, error) {
	def, err := b.marshal(ctx, st)
	if err != nil {
		return nil, err
	}
	res, err := b.c.Solve(ctx, client.SolveRequest{
		Definition:   def.ToPB(),
		CacheImports: b.ui.CacheImports,
		Evaluate:     evaluate,
	})
	if err != nil {
		return nil, err
	}
	return res.SingleRef()
}

// evaluate solves a state and waits for it, so that a failure comes back here
// and can be explained.
func (b *build) evaluate(ctx context.Context, st llb.State) (client.Reference, error) {
	ref, err := b.solveRef(ctx, st, true)
	if err != nil {
		return nil, b.explained(ctx, err)
	}
	return ref, nil
}

// joined is the diagnostics of several errors as one error; an error that is
// none comes first.
func joined(errs ...error) error {
	var list diag.List
	for _, err := range errs {
		var ds diag.Errors
		switch {
		case err == nil:
		case errors.As(err, &ds):
			list.Add(ds...)
		default:
			return err
		}
	}
	return list.Err()
}
