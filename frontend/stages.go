package frontend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/dockerfile"
	"github.com/gohull/gohull/frontend/excerpt"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/spec"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// dockerfileFrontend is built into every daemon. It forwards to the frontend that
// the line `# syntax=` of a Dockerfile names.
const dockerfileFrontend = "dockerfile.v0"

// readDockerfiles reads the Dockerfiles of stages, and their own ignore files. As in
// any build, no ignore file hides them.
func (b *build) readDockerfiles(ctx context.Context) error {
	s, err := spec.Parse(b.source.Filename, b.source.Data)
	if err != nil {
		return nil // which is reported later
	}
	names := s.Dockerfiles()
	for _, name := range s.Dockerfiles() {
		names = append(names, ignoreFileOf(name))
	}
	read, err := b.readFiles(ctx, "Dockerfiles of stages", names)
	if err != nil {
		return err
	}
	b.unusable = append(b.unusable, read.unusable...)
	b.ofStages = read.files
	return nil
}

// ignoreFileOf returns the name of the ignore file of a Dockerfile alone.
func ignoreFileOf(dockerfile string) string { return dockerfile + dockerui.DefaultDockerignoreName }

// parseDockerfiles parses those Dockerfiles that were read.
func parseDockerfiles(names []string, files map[string][]byte) map[string]dockerfile.File {
	all := map[string]dockerfile.File{}
	for _, name := range names {
		if data, ok := files[name]; ok {
			all[name] = dockerfile.Parse(name, data)
		}
	}
	return all
}

// stages collects the stages that decisions use. They are built when something
// asks for them.
type stages struct {
	mu     sync.Mutex
	byName map[string]plan.Stage
}

func (s *stages) add(all []plan.Stage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]plan.Stage{}
	}
	for _, st := range all {
		s.byName[st.Name] = st
	}
}

func (s *stages) find(is func(plan.Stage) bool) (plan.Stage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.byName {
		if is(st) {
			return st, true
		}
	}
	return plan.Stage{}, false
}

func isStage(key planner.ImageKey) bool {
	_, ok := planner.StageOf(key.Ref)
	return ok
}

// resolveStage returns a stage for one platform. Nothing of it runs yet.
func (b *build) resolveStage(ctx context.Context, key planner.ImageKey) (planner.Image, error) {
	name, _ := planner.StageOf(key.Ref)
	s, _ := b.stages.find(func(s plan.Stage) bool { return s.Name == name })
	img := planner.Image{Name: key.Ref, Context: fmt.Sprintf("%s::%s", key.Ref, key.Platform), Stage: s.Dockerfile != ""}
	st, err := b.contextOf(ctx, s, key.Platform)
	if err == nil && img.Stage {
		st, err = b.solveStage(ctx, s, key.Platform, st, &img)
	}
	if err != nil {
		return img, b.stageError(s, err)
	}
	b.contexts.add(img.Context, st)
	return img, nil
}

// contextOf returns the build context of a stage.
func (b *build) contextOf(ctx context.Context, s plan.Stage, p plan.Platform) (llb.State, error) {
	if spec.IsAddress(s.Context) {
		return b.addressed(ctx, s, p)
	}
	st, err := b.checkoutOf(ctx, s)
	if err != nil {
		return llb.State{}, err
	}
	if s.Context == "" {
		return *st, nil
	}
	step := plan.Step{Name: fmt.Sprintf("use %s as the build context of the stage %s", s.Context, s.Name), At: s.At}
	in := lower.Inputs{BuildPlatform: b.ui.BuildPlatforms[0], SourceMap: excerpts(b.source.SourceMap)}
	return lower.Subdir(*st, s.Context, step, in), nil
}

// checkoutOf returns the main build context for a stage: without what the ignore
// file of its Dockerfile hides, if there is one. That is another transfer, which
// must not overwrite the daemon's copy of the context.
func (b *build) checkoutOf(ctx context.Context, s plan.Stage) (*llb.State, error) {
	name := ignoreFileOf(s.Dockerfile)
	data, ok := b.ofStages[name]
	if !ok {
		return b.mainContext(ctx)
	}
	ignored, err := alwaysIgnored.With(name, data)
	if err != nil {
		return nil, err
	}
	return b.contextWithout(ctx, ignored, llb.SharedKeyHint(dockerui.DefaultLocalNameContext+"-"+s.Dockerfile))
}

// addressed returns the build context at an address: that of an image, or of a
// git repository.
func (b *build) addressed(ctx context.Context, s plan.Stage, p plan.Platform) (llb.State, error) {
	if ref, ok := strings.CutPrefix(s.Context, spec.ImageContext); ok {
		img, err := b.resolveOnce(ctx, planner.ImageKey{Ref: ref, Platform: p, Use: planner.UseStage})
		if err != nil {
			return llb.State{}, err
		}
		in := lower.Inputs{Contexts: b.contexts.states(), ResolveMode: b.ui.ImageResolveMode, SourceMap: excerpts(b.source.SourceMap)}
		return lower.Image(plan.ImageRef{Name: img.Name, Platform: p, Context: img.Context, At: s.At}, in), nil
	}
	st, isGit, err := dockerui.DetectGitContext(s.Context, nil)
	if err != nil || !isGit {
		return llb.State{}, cmp.Or(err, fmt.Errorf("%s is not the address of a git repository", s.Context))
	}
	return *st, nil
}

// solveStage has the frontend of a Dockerfile make the definition of a stage.
func (b *build) solveStage(ctx context.Context, s plan.Stage, p plan.Platform, buildContext llb.State, img *planner.Image) (llb.State, error) {
	inputs, err := b.stageInputs(ctx, s, buildContext)
	if err != nil {
		return llb.State{}, err
	}
	res, err := b.c.Solve(ctx, client.SolveRequest{
		Frontend:       dockerfileFrontend,
		FrontendOpt:    b.stageOptions(s, p),
		FrontendInputs: inputs,
		CacheImports:   b.ui.CacheImports,
	})
	if err != nil {
		return llb.State{}, err
	}
	if img.Config, err = stageConfig(res); err != nil {
		return llb.State{}, err
	}
	ref, err := res.SingleRef()
	if err != nil || ref == nil {
		return llb.Scratch(), err
	}
	return ref.ToState()
}

// stageConfig returns the config of the image that a frontend made.
func stageConfig(res *client.Result) (config dockerspec.DockerOCIImage, err error) {
	data, ok := res.Metadata[exptypes.ExporterImageConfigKey]
	if !ok {
		return config, nil
	}
	return config, json.Unmarshal(data, &config)
}

// stageInputs returns what the frontend of a Dockerfile reads: the Dockerfile, the
// build context, and what other build contexts of the client refer to.
func (b *build) stageInputs(ctx context.Context, s plan.Stage, buildContext llb.State) (map[string]*pb.Definition, error) {
	states, err := b.c.Inputs(ctx)
	if err != nil {
		return nil, err
	}
	states = maps.Clone(states)
	if states == nil {
		states = map[string]llb.State{}
	}
	states[dockerui.DefaultLocalNameContext] = buildContext
	states[dockerui.DefaultLocalNameDockerfile] = lower.Dockerfile(s.Dockerfile, b.ofStages[s.Dockerfile])
	inputs := map[string]*pb.Definition{}
	for name, st := range states {
		def, err := b.marshal(ctx, st)
		if err != nil {
			return nil, err
		}
		inputs[name] = def.ToPB()
	}
	return inputs, nil
}

// notForStages are options of this build that a stage does not get: what it
// reads, what it makes, and how it answers.
var notForStages = []string{
	"attest:", "build-arg:", "cmdline", "context", "contextkey", "contextsubdir", "dockerfilekey", "filename", "frontend.caps",
	"input:", "label:", "multi-platform", "no-cache", "platform", "requestid", "requestopts", "source", "target",
}

// stageOptions returns the options of a stage: how steps run as in this build, and
// the rest as the spec has it.
func (b *build) stageOptions(s plan.Stage, p plan.Platform) map[string]string {
	opts := maps.Clone(b.ui.BuildOpts().Opts)
	maps.DeleteFunc(opts, func(name, _ string) bool {
		for _, not := range notForStages {
			if name == not || strings.HasSuffix(not, ":") && strings.HasPrefix(name, not) {
				return true
			}
		}
		return false
	})
	for name, value := range b.ui.BuildArgs {
		if planner.IsForStages(name) {
			opts["build-arg:"+name] = value
		}
	}
	for _, arg := range s.Args {
		name, value, _ := strings.Cut(arg, "=")
		opts["build-arg:"+name] = value
	}
	opts["filename"], opts["platform"] = s.Dockerfile, p.String()
	if s.Target != "" {
		opts["target"] = s.Target
	}
	if b.ui.IsNoCache(s.Name) {
		opts["no-cache"] = ""
	}
	return opts
}

// stageError explains why a stage failed. The excerpts are those of the Dockerfile,
// and the line of the spec that names the stage.
func (b *build) stageError(s plan.Stage, err error) error {
	text := fmt.Sprintf("stage %s: %v", s.Name, err)
	if s.Dockerfile != "" {
		text = fmt.Sprintf("stage %s of %s: %v", s.Name, s.Dockerfile, err)
	}
	var at []diag.Range
	for _, span := range s.At {
		at = append(at, diag.At(b.source.Filename, span.First, 0))
	}
	return excerpt.Attach(reworded(err, text), at, b.sourceInfo)
}

// explainCopy says what a stage, or the build context for it, does not have.
func (b *build) explainCopy(err error) error {
	var failed *errdefs.SolveError
	if !errors.As(err, &failed) {
		return err
	}
	for _, action := range failed.GetOp().GetFile().GetActions() {
		from, name := action.GetCopy().GetSrc(), b.stepName(err)
		switch {
		case from == "" || !strings.HasSuffix(err.Error(), strconv.Quote(from)+": not found"):
		case strings.HasPrefix(name, "put "+from+" of the stage "):
			return reworded(err, fmt.Sprintf("%s failed: the stage has no %s", name, from))
		case strings.HasPrefix(name, "use "+from[1:]+" as the build context of the stage "):
			return reworded(err, fmt.Sprintf("%s failed: the build context has no %s", name, from[1:]))
		}
	}
	return err
}

// explainStage adds to the failure of a step of a Dockerfile which stage it
// belongs to.
func (b *build) explainStage(err error) error {
	err = b.explainCopy(err)
	for _, src := range errdefs.Sources(err) {
		s, ok := b.stages.find(func(s plan.Stage) bool { return s.Dockerfile != "" && s.Dockerfile == src.Info.GetFilename() })
		if ok {
			return b.stageError(s, err)
		}
	}
	return err
}
