// Package frontend is the BuildKit frontend, and the only code that talks to the
// gateway. It reads the spec and the project, looks up what the planner asks
// for, and has BuildKit solve the plan.
package frontend

import (
	"context"
	"sync"

	"github.com/gohull/gohull/frontend/ignore"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/question"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// Frontend is a gohull.
type Frontend struct {
	Release string // "1.2.3"; empty if it is no release
}

// Build answers one request of a client. The gateway calls it.
func (f Frontend) Build(ctx context.Context, c client.Client) (res *client.Result, err error) {
	// Otherwise a panic only shows "frontend grpc server closed unexpectedly".
	err = safe.Do(func() (err error) {
		ui, err := dockerui.NewClient(c)
		if err != nil {
			return err
		}
		res, err = f.newBuild(ui, c).result(ctx)
		return err
	})
	return res, printable(err)
}

// build is one request, and what has been read for it.
type build struct {
	Frontend
	ui         *dockerui.Client
	c          client.Client
	decide     func(planner.Input) (planner.Decisions, error)
	source     *dockerui.Source // the spec's file
	files      project.Files
	asked      map[string]bool // names of files that were looked for
	hidden     project.Files   // those that the ignore file hides
	ofStages   project.Files   // Dockerfiles of stages
	linked     []string        // files of the context that symbolic links lead to
	unusable   []unusable      // of the project's files
	ignored    ignore.File
	ignoreText []byte
	contexts   namedContexts
	common     once[struct{}, lower.Inputs] // of all images
	scans      once[string, step.Facts]
	looks      once[string, []step.Inode]
	resolved   once[string, []step.OSPackage]
	stages     stages
	images     once[planner.ImageKey, planner.Image]

	marshalling sync.Mutex
	stepNames   map[string]string // of all vertices marshalled so far, by digest
	turns       chan struct{}     // has an entry for each part of a check that is being evaluated
}

func (f Frontend) newBuild(ui *dockerui.Client, c client.Client) *build {
	setPlatforms(ui)
	return &build{Frontend: f, ui: ui, c: c, decide: planner.Decide, turns: make(chan struct{}, partsAtATime())}
}

func (b *build) result(ctx context.Context) (*client.Result, error) {
	if id, ok := b.ui.BuildOpts().Opts[question.Key]; ok {
		res, err := b.answer(ctx, id)
		return res, b.withExcerpts(ctx, err)
	}
	if err := b.validateSBOM(); err != nil {
		return nil, err
	}
	in, err := b.read(ctx)
	if err != nil {
		return nil, b.withExcerpts(ctx, err)
	}
	decided, err := b.decide(in)
	if err != nil {
		return nil, b.withExcerpts(ctx, err)
	}
	if decided.Lock != nil {
		res, err := b.lock(ctx, decided.Lock)
		return res, b.withExcerpts(ctx, err)
	}
	if decided.Checks != nil {
		return b.runCheck(ctx, decided.Checks)
	}
	all, err := b.planImages(ctx, decided.Images)
	if err != nil {
		return nil, b.withExcerpts(ctx, err)
	}
	if err := joinErrors(b.validateOneSBOM(len(all)), b.warnFindings(ctx, all)); err != nil {
		return nil, b.withExcerpts(ctx, err)
	}
	if err := b.runChecks(ctx, all); err != nil {
		return nil, err
	}
	return b.buildImages(ctx, all)
}
