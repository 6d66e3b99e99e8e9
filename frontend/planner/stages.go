package planner

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/dockerfile"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// stageWord begins the reference of a stage. No reference of an image has a
// space.
const stageWord = "stage "

// stageRef returns the reference of a stage.
func stageRef(name string) string { return stageWord + name }

// StageOf returns the name of the stage that a reference stands for.
func StageOf(ref string) (name string, ok bool) { return strings.CutPrefix(ref, stageWord) }

// stageNames returns the names of all stages of a spec.
func stageNames(s *spec.Spec) []string {
	var names []string
	for _, st := range s.Stages {
		names = append(names, st.Name.Value)
	}
	return names
}

// validateStageNames reports stages with the name of a step or of a build context
// that is something else in every build.
func validateStageNames(s *spec.Spec, errs *diag.List) {
	for _, st := range s.Stages {
		what := ""
		switch name := st.Name.Value; {
		case slices.Contains(stepNames(), name):
			what = "a step of every build, for --no-cache-filter"
		case name == mainContext || name == SeedContext || name == step.VulnContext:
			what = "a build context of every build, for --build-context"
		default:
			continue
		}
		errs.Add(diag.Diagnostic{
			At:      st.Name.At,
			Message: "stages: " + strconv.Quote(st.Name.Value) + " is the name of " + what,
			Hint:    "give the stage another name",
		})
	}
}

// stageContexts returns the build contexts that can replace a stage, or something
// that its Dockerfile names.
func stageContexts(in Input) []string {
	names := stageNames(in.Spec)
	for _, st := range in.Spec.Stages {
		file := in.Dockerfiles[st.Dockerfile.Value]
		names = append(names, file.Names()...)
		for _, ref := range file.Images(st.Target.Value, argList(st.Args)) {
			names = append(names, ContextName(ref.Value))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// argList returns build args as "KEY=value".
func argList(args []spec.Pair) []string {
	var all []string
	for _, a := range args {
		all = append(all, a.Key.Value+"="+a.Value.Value)
	}
	return all
}

// Stages returns the stages that something of the image, or of the check, uses.
func (d *Decision) Stages() []plan.Stage { return d.stages }

// StageImages returns the images that those stages are made from, as their
// Dockerfiles name them, without those that build contexts replace.
func (d *Decision) StageImages() []dockerfile.Ref {
	var all []dockerfile.Ref
	replaced := d.Request.ContextNames()
	for _, st := range d.stages {
		if slices.Contains(replaced, st.Name) {
			continue
		}
		for _, ref := range d.Dockerfiles[st.Dockerfile].Images(st.Target, st.Args) {
			if !slices.Contains(replaced, ContextName(ref.Value)) {
				all = append(all, ref)
			}
		}
	}
	return all
}

// StageSecrets returns the secrets that those stages mount.
func (d *Decision) StageSecrets() []dockerfile.Secret {
	var all []dockerfile.Secret
	for _, st := range d.stages {
		all = append(all, d.Dockerfiles[st.Dockerfile].Secrets(st.Target, st.Args)...)
	}
	return all
}

// usedStages validates the stages that are used, and returns them.
func (d *Decision) usedStages(errs *diag.List) []plan.Stage {
	var all []plan.Stage
	for _, name := range d.stagesInUse() {
		st := d.Spec.FindStage(name)
		if st == nil {
			continue // which the spec's parser reports
		}
		d.validateStage(*st, errs)
		all = append(all, d.stage(*st, errs))
	}
	return all
}

// stagesInUse returns the names of the stages that are used, each once.
func (d *Decision) stagesInUse() []string {
	var names []string
	have := set{}
	for _, ref := range d.references() {
		if name, ok := StageOf(ref); ok {
			have.add(name, &names)
		}
	}
	return names
}

// references returns all that the decision needs a root file system of.
func (d *Decision) references() []string {
	refs := []string{d.toolchain.ref, d.base.ref}
	for _, i := range d.fileImages {
		refs = append(refs, i.ref)
	}
	for _, g := range d.overlayEntries() {
		refs = append(refs, stageRef(g.Stage.Value))
	}
	return refs
}

// overlayEntries returns the entries of `generate` that put files of stages over the
// source. A lock needs none of it.
func (d *Decision) overlayEntries() []spec.Generator {
	if d.Target == LockTarget {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Spec.Generate), spec.Generator.Runs)
}

func overlayName(g spec.Generator) string {
	return fmt.Sprintf("put %s of the stage %s over %s", g.From.Value, g.Stage.Value, g.To.Value)
}

// OverlayKeys returns the stages whose files lie over the source: once, for the
// platform of the builder.
func (d *Decision) OverlayKeys() []ImageKey {
	var all []ImageKey
	for _, g := range d.overlayEntries() {
		all = append(all, d.overlayKey(g))
	}
	return all
}

func (d *Decision) overlayKey(g spec.Generator) ImageKey {
	return ImageKey{Ref: stageRef(g.Stage.Value), Platform: d.Request.BuildPlatform, Use: UseGenerate, At: g.Stage.At}
}

// Overlays returns what lies over the source of the stages that were found.
func (d *Decision) Overlays(images map[ImageKey]Image) []plan.Overlay {
	var all []plan.Overlay
	for _, g := range d.overlayEntries() {
		key := d.overlayKey(g)
		all = append(all, plan.Overlay{
			Step: plan.Step{
				ID:   "generate",
				Name: overlayName(g),
				At:   spans(d.Spec.File, g.At),
			},
			Image: *imageRef(d.Spec.File, key, images[key]),
			From:  g.From.Value,
			To:    path.Clean(g.To.Value),
		})
	}
	return all
}

// stage returns how a stage is built.
func (d *Decision) stage(st spec.Stage, errs *diag.List) plan.Stage {
	f := filler{d.common.stamps, errs}
	args := f.pairs("stages."+st.Name.Value+".args", st.Args)
	return plan.Stage{
		Name:       st.Name.Value,
		Dockerfile: st.Dockerfile.Value,
		Target:     st.Target.Value,
		Args:       argList(args),
		Context:    st.Context.Value,
		At:         spans(d.Spec.File, st.Name.At),
	}
}

// validateStage reports a stage that cannot be built. One that a build context
// replaces is not built.
func (d *Decision) validateStage(st spec.Stage, errs *diag.List) {
	key := "stages." + st.Name.Value
	if slices.Contains(d.Request.ContextNames(), st.Name.Value) {
		return
	}
	if ref, ok := strings.CutPrefix(st.Context.Value, spec.ImageContext); ok {
		validateReference(key+".context", spec.String{Value: ref, At: st.Context.At}, nil, errs)
	}
	if !st.Dockerfile.IsSet() {
		return
	}
	file, ok := d.Dockerfiles[st.Dockerfile.Value]
	switch {
	case !ok:
		errs.Add(diag.Diagnostic{
			At:      st.Dockerfile.At,
			Message: fmt.Sprintf("%s.dockerfile: the build context has no %s", key, st.Dockerfile.Value),
			Missing: []string{st.Dockerfile.Value},
		})
	case isSameImage(file.Syntax.Value, d.Request.Frontend):
		errs.Add(diag.Diagnostic{
			At:      st.Dockerfile.At,
			Message: fmt.Sprintf("%s.dockerfile: %s is a spec of gohull, wanted a Dockerfile", key, st.Dockerfile.Value),
			Hint:    "a spec describes several images with the key `images`",
			Related: []diag.Range{file.Syntax.At},
		})
	case st.Target.IsSet() && file.Known && !file.Has(st.Target.Value):
		errs.Add(unknownStage(key, st, file))
	}
}

// unknownStage reports a target that a Dockerfile does not have.
func unknownStage(key string, st spec.Stage, file dockerfile.File) diag.Diagnostic {
	d := diag.Diagnostic{
		At:      st.Target.At,
		Message: fmt.Sprintf("%s.target: %s has no stage %s", key, file.Name, strconv.Quote(st.Target.Value)),
		Hint:    "its stages have no names: add one to the FROM line, as in FROM node:24 AS " + st.Target.Value,
	}
	if names := file.Names(); len(names) > 0 {
		d.Hint = "its stages are " + someOf(names)
	}
	return withClosest(d, st.Target.Value, file.Names())
}

// isSameImage reports whether two references name the same repository.
func isSameImage(a, b string) bool {
	x, err := reference.ParseNormalizedNamed(a)
	if err != nil {
		return false
	}
	y, err := reference.ParseNormalizedNamed(b)
	return err == nil && x.Name() == y.Name()
}
