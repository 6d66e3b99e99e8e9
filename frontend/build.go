// Package frontend is the BuildKit frontend: the only code that talks to the
// gateway. It reads the spec and the project, looks up what the planner asks
// for, and has the plan solved.
package frontend

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/tool"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Build answers one request of a client: it is the function that the gateway
// calls.
func Build(ctx context.Context, c client.Client) (_ *client.Result, err error) {
	defer func() {
		// Without this a user reads "frontend grpc server closed unexpectedly"
		// and nothing else.
		if r := recover(); r != nil {
			err = fmt.Errorf("gohull failed: %v; this is a bug of gohull, please report it with these lines\n%s", r, debug.Stack())
		}
	}()
	ui, err := dockerui.NewClient(c)
	if err != nil {
		return nil, err
	}
	setPlatforms(ui)
	return (&build{ui: ui, c: c}).result(ctx)
}

// build is one request, and what has been read for it so far.
type build struct {
	ui       *dockerui.Client
	c        client.Client
	source   *dockerui.Source // the spec's file
	files    project.Files
	ignored  []string // patterns of the ignore file
	facts    tool.Facts
	contexts namedContexts
}

func (b *build) result(ctx context.Context) (*client.Result, error) {
	if name, ok := b.ui.BuildOpts().Opts[requestKey]; ok {
		res, err := b.reply(ctx, name)
		return res, b.located(err)
	}
	in, err := b.read(ctx)
	if err != nil {
		return nil, b.located(err)
	}
	p, inputs, err := b.plan(ctx, in)
	if err != nil {
		return nil, b.located(err)
	}
	if err := b.warn(ctx, in, p.Source.Mains); err != nil {
		return nil, b.located(err)
	}
	return b.solve(ctx, p, inputs)
}

// read gathers what the user handed in.
func (b *build) read(ctx context.Context) (planner.Input, error) {
	var in planner.Input
	var err error
	if b.source, err = b.ui.ReadEntrypoint(ctx, "YAML"); err != nil {
		return in, err
	}
	if b.files, err = b.readProject(ctx); err != nil {
		return in, err
	}
	return parse(b.source.Filename, b.source.Data, b.files, b.request())
}

// plan looks up what the planner asks for and lets it decide.
func (b *build) plan(ctx context.Context, in planner.Input) (*plan.Plan, lower.Inputs, error) {
	questions, err := planner.Ask(in)
	if err != nil {
		return nil, lower.Inputs{}, err
	}
	inputs, err := b.inputs(ctx)
	if err != nil {
		return nil, lower.Inputs{}, err
	}
	answers, err := b.answer(ctx, questions, inputs)
	if err != nil {
		return nil, lower.Inputs{}, err
	}
	b.facts = answers.Facts
	inputs.Contexts = b.contexts.states()
	p, err := planner.Plan(in, answers)
	return p, inputs, err
}

// solve builds all images of a plan.
func (b *build) solve(ctx context.Context, p *plan.Plan, inputs lower.Inputs) (*client.Result, error) {
	rb, err := b.ui.Build(ctx, func(ctx context.Context, _ *ocispecs.Platform, i int) (*dockerui.BuildResult, error) {
		img := p.Images[i]
		ref, err := b.evaluate(ctx, lower.Lower(p, img, inputs))
		if err != nil {
			return nil, err
		}
		return &dockerui.BuildResult{Reference: ref, Image: lower.Config(img), Epoch: &img.Config.Created}, nil
	})
	if err != nil {
		return nil, err
	}
	return rb.Finalize()
}

// parse reads the spec and the project's files, and reports what is wrong
// with any of them at once.
func parse(name string, data []byte, files project.Files, req planner.Request) (planner.Input, error) {
	s, specErr := spec.Parse(name, data)
	p, projectErr := project.Parse(files)
	if err := joined(specErr, projectErr); err != nil {
		return planner.Input{}, err
	}
	return planner.Input{Spec: s, Project: p, Request: req}, nil
}

// request is what the client asked for, in the planner's words.
func (b *build) request() planner.Request {
	req := planner.Request{
		BuildPlatform: platform(b.ui.BuildPlatforms[0]),
		BuildArgs:     b.ui.BuildArgs,
		Labels:        b.ui.Labels,
	}
	for _, p := range b.ui.TargetPlatforms {
		req.Platforms = append(req.Platforms, platform(p))
	}
	return req
}
