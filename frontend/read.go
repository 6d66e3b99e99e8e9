package frontend

import (
	"context"
	"errors"
	"slices"

	"github.com/containerd/platforms"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
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

// readProject reads the files that describe the project. They come in a
// transfer of their own, small and quick, before the whole context does.
func (b *build) readProject(ctx context.Context) (project.Files, error) {
	files := project.Files{}
	names := []string{project.ModFile, project.WorkFile, project.VendorFile, project.LockFile}
	if err := b.readFiles(ctx, "go.mod", names, files); err != nil {
		return nil, err
	}
	work, ok := files[project.WorkFile]
	if !ok {
		return files, nil
	}
	return files, b.readFiles(ctx, "go.work", project.ModFiles(work), files)
}

// readFiles adds those of the named files of the context that there are. Each
// kind of transfer has a hint of its own, so that they do not undo each other
// in the daemon's copy of the context.
func (b *build) readFiles(ctx context.Context, kind string, names []string, files project.Files) error {
	st, err := b.ui.MainContext(ctx,
		llb.FollowPaths(names),
		llb.SharedKeyHint(dockerui.DefaultLocalNameContext+"-"+kind),
		llb.Differ(llb.DiffNone, false),
		dockerui.WithInternalName("load "+kind),
	)
	if err != nil {
		return err
	}
	ref, err := b.solveRef(ctx, *st, false)
	if err != nil {
		return err
	}
	for _, name := range names {
		data, ok, err := readFile(ctx, ref, name)
		if err != nil {
			return err
		}
		if ok {
			files[name] = data
		}
	}
	return nil
}

// readFile reads a file of a ref, and reports whether it is there. The
// gateway's errors do not tell a missing file from another failure, so a stat
// that fails counts as missing.
func readFile(ctx context.Context, ref client.Reference, name string) ([]byte, bool, error) {
	if _, err := ref.StatFile(ctx, client.StatRequest{Path: name}); err != nil {
		return nil, false, nil
	}
	data, err := dockerui.ReadFile(ctx, ref, name)
	return data, err == nil, err
}

// solveRef solves a state to its one ref.
func (b *build) solveRef(ctx context.Context, st llb.State, evaluate bool) (client.Reference, error) {
	def, err := st.Marshal(ctx, llb.WithCaps(b.ui.BuildOpts().LLBCaps))
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
