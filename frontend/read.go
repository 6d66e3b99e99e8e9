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
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/internal/safe"
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

func ociPlatform(p plan.Platform) *ocispecs.Platform {
	return &ocispecs.Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}

// readSource reads the spec's file and the ignore file, and beside them the
// files of the project where nothing else has to be known for that.
func (b *build) readSource(ctx context.Context) error {
	eg, ctx := safe.WithContext(ctx)
	eg.Go(func() (err error) {
		if b.source, err = b.ui.ReadEntrypoint(ctx, "YAML"); err != nil {
			return err
		}
		patterns, err := b.ui.DockerIgnorePatterns(ctx)
		if err != nil {
			return err
		}
		b.ignored, err = newIgnore(patterns)
		return err
	})
	if b.isPlainLocal() {
		eg.Go(func() (err error) {
			b.files, err = b.readProject(ctx, b.localFiles)
			return err
		})
	}
	if err := eg.Wait(); err != nil || b.files == nil {
		return err
	}
	return b.dropIgnored()
}

// isPlainLocal reports whether the context is the client's folder, under the
// name that all clients have for it.
func (b *build) isPlainLocal() bool {
	opts := b.ui.BuildOpts().Opts
	for name := range opts {
		if name == "contextkey" || strings.HasPrefix(name, "local-sessionid:") {
			return false
		}
	}
	return opts[dockerui.DefaultLocalNameContext] == ""
}

// dropIgnored leaves out what was read and the ignore file hides: for the
// build it is not there.
func (b *build) dropIgnored() error {
	for name := range b.files {
		hidden, err := b.ignored.hides(name)
		if err != nil {
			return err
		}
		if hidden {
			delete(b.files, name)
			b.hidden = append(b.hidden, name)
		}
	}
	slices.Sort(b.hidden)
	return nil
}

// transfer has some files of the context sent. It is small and quick, and
// comes before that of the whole context. Each kind has a hint of its own, so
// that they do not undo each other in the daemon's copy of the context.
type transfer func(ctx context.Context, kind string, names []string) (*llb.State, error)

func transferOptions(kind string, names []string) []llb.LocalOption {
	return []llb.LocalOption{
		llb.FollowPaths(names),
		llb.SharedKeyHint(dockerui.DefaultLocalNameContext + "-" + kind),
		llb.Differ(llb.DiffNone, false),
		dockerui.WithInternalName("load " + kind),
	}
}

// contextFiles takes the files from the context, whatever that is.
func (b *build) contextFiles(ctx context.Context, kind string, names []string) (*llb.State, error) {
	return b.ui.MainContext(ctx, transferOptions(kind, names)...)
}

// localFiles takes the files from the client's folder, hidden ones as well.
func (b *build) localFiles(_ context.Context, kind string, names []string) (*llb.State, error) {
	opts := append(transferOptions(kind, names), llb.SessionID(b.ui.BuildOpts().SessionID))
	return dockerui.DefaultMainContext(opts...), nil
}

// readProject reads the files that describe the project.
func (b *build) readProject(ctx context.Context, from transfer) (project.Files, error) {
	files := project.Files{}
	names := []string{project.ModFile, project.WorkFile, project.VendorFile, project.LockFile}
	if err := b.readFiles(ctx, from, "go.mod", names, files); err != nil {
		return nil, err
	}
	if work, ok := files[project.WorkFile]; ok {
		if err := b.readFiles(ctx, from, "go.work", project.ModFiles(work), files); err != nil {
			return nil, err
		}
	}
	if others := project.ReplacedFiles(files); len(others) > 0 {
		return files, b.readFiles(ctx, from, "replaced go.mod", others, files)
	}
	return files, nil
}

// readFiles adds those of the named files of the context that there are.
func (b *build) readFiles(ctx context.Context, from transfer, kind string, names []string, files project.Files) error {
	st, err := from(ctx, kind, names)
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

// readJSON reads a file that a step left for the frontend.
func readJSON[T any](ctx context.Context, ref client.Reference, name string) (v T, err error) {
	data, err := dockerui.ReadFile(ctx, ref, name)
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		return v, fmt.Errorf("reading %s of a step: %w", name, err)
	}
	return v, nil
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
