// Package frontend is the BuildKit frontend: the only code that talks to the
// gateway. It reads the spec and the project, looks up what the planner asks
// for, and has the plan solved.
package frontend

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/safe"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// Build answers one request of a client: it is the function that the gateway
// calls.
func Build(ctx context.Context, c client.Client) (res *client.Result, err error) {
	// Without this a user reads "frontend grpc server closed unexpectedly" and
	// nothing else.
	err = safe.Do(func() (err error) {
		ui, err := dockerui.NewClient(c)
		if err != nil {
			return err
		}
		res, err = newBuild(ui, c).result(ctx)
		return err
	})
	return res, printable(err)
}

// build is one request, and what has been read for it so far.
type build struct {
	ui         *dockerui.Client
	c          client.Client
	decide     func(planner.Input) (planner.Decisions, error)
	source     *dockerui.Source // the spec's file
	files      project.Files
	hidden     project.Files // what the project would have, were it not ignored
	unusable   []unusable    // of the project's files
	ignored    ignore.File
	ignoreText []byte
	contexts   namedContexts
	scans      once[string, step.Facts]
	looks      once[string, []step.Inode]
	images     once[planner.ImageKey, planner.Image]
}

func newBuild(ui *dockerui.Client, c client.Client) *build {
	setPlatforms(ui)
	return &build{ui: ui, c: c, decide: planner.Decide}
}

func (b *build) result(ctx context.Context) (*client.Result, error) {
	if id, ok := b.ui.BuildOpts().Opts[question.Key]; ok {
		res, err := b.answer(ctx, id)
		return res, b.located(ctx, err)
	}
	if err := b.checkSBOM(); err != nil {
		return nil, err
	}
	in, err := b.read(ctx)
	if err != nil {
		return nil, b.located(ctx, err)
	}
	decided, err := b.decide(in)
	if err != nil {
		return nil, b.located(ctx, err)
	}
	if decided.Lock != nil {
		res, err := b.lock(ctx, decided.Lock)
		return res, b.located(ctx, err)
	}
	if decided.Check != nil {
		return b.alone(ctx, decided.Check)
	}
	all, err := b.planAll(ctx, decided.Images)
	if err != nil {
		return nil, b.located(ctx, err)
	}
	if err := joined(b.checkSBOMs(len(all)), b.warnFindings(ctx, all)); err != nil {
		return nil, b.located(ctx, err)
	}
	if err := b.runChecks(ctx, all); err != nil {
		return nil, err
	}
	return b.solve(ctx, all)
}

// read gathers what the user handed in.
func (b *build) read(ctx context.Context) (planner.Input, error) {
	var in planner.Input
	if err := b.readSource(ctx); err != nil {
		return in, err
	}
	if err := b.readEpoch(ctx); err != nil {
		return in, err
	}
	req := b.request()
	if err := b.readCheckout(ctx, &req); err != nil {
		return in, err
	}
	if err := b.readGitContext(ctx, &req); err != nil {
		return in, err
	}
	in, err := parse(b.source.Filename, b.source.Data, b.files, req)
	if err == nil {
		in.Project.Hidden, in.Project.Below = b.hidden, b.below()
	}
	return in, err
}

// parse reads the spec and the project's files, and reports what is wrong
// with any of them at once.
func parse(name string, data []byte, files project.Files, req planner.Request) (planner.Input, error) {
	s, specErr := spec.Parse(name, data)
	p, projectErr := project.Parse(files)
	lock, lockErr := parseLock(files, req)
	if err := joined(specErr, projectErr, lockErr); err != nil {
		return planner.Input{}, err
	}
	return planner.Input{Spec: s, Project: p, Lock: lock, Request: req}, nil
}

// parseLock reads the lock, if there is one and this is not the build that
// writes it anew.
func parseLock(files project.Files, req planner.Request) (*spec.Lock, error) {
	data, ok := files[project.LockFile]
	if !ok || req.Target == planner.LockTarget {
		return nil, nil
	}
	return spec.ParseLock(project.LockFile, data)
}

// request is what the client asked for, in the planner's words.
func (b *build) request() planner.Request {
	opts := b.ui.BuildOpts().Opts
	req := planner.Request{
		BuildPlatform: platform(b.ui.BuildPlatforms[0]),
		BuildArgs:     b.ui.BuildArgs,
		Labels:        b.ui.Labels,
		Target:        b.ui.Target,
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

// below is the directory of the context below the root of its checkout, if the
// client says that it is not the root.
func (b *build) below() string {
	dir := filepath.ToSlash(b.ui.BuildOpts().Opts["vcs:localdir:"+dockerui.DefaultLocalNameContext])
	if !fs.ValidPath(dir) || dir == "." {
		return ""
	}
	return dir
}

// contextNames are those of the build contexts that the client adds. One may
// replace the frontend itself, which BuildKit has done before this runs.
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
