package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/llb/plan"
)

// Generates reports whether generators run before the build: what they make
// is then part of the context for all else. A check of them asks for the
// contrary.
func Generates(in Input) bool {
	isCheck := slices.Contains(values(in.Spec.Checks), GenerateTarget)
	return in.Spec.Generate != nil && !isCheck && in.Request.Target != GenerateTarget
}

// ofGenerators is the input for the generators, which belong to the project and
// not to an image.
func ofGenerators(in Input) Input {
	in.Image, in.Request.Target = "", GenerateTarget
	return in
}

// AskGenerate says which images have to be looked up before generators can
// run. Its error is a diag.Errors.
func AskGenerate(in Input) ([]ImageKey, error) {
	in = ofGenerators(in)
	c, errs := chooseStamped(in)
	if c.toolchain.ref == "" || errs.Len() > 0 {
		return nil, errs.Err()
	}
	return []ImageKey{c.toolchain.key(c.Request.BuildPlatform)}, nil
}

// PlanGenerate is the plan of what generators make. Its error is a
// diag.Errors.
func PlanGenerate(in Input, images map[ImageKey]Image) (*plan.Plan, error) {
	in = ofGenerators(in)
	c, errs := chooseStamped(in)
	d := draft{choices: c, answers: Answers{Images: images}, errs: &errs}
	p := d.checkPlan()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	p.Alone.ID, p.Alone.Name, p.Alone.At = "generate", "run generators", p.Reached.Source.At
	return p, nil
}

// generateEnv tells generators which time to write into files. Tests are not
// told: their verdicts would be of one commit, where the time is the commit's.
func (d draft) generateEnv() []string {
	env := d.testEnv()
	if given := d.Request.BuildArgs[EpochArg]; given == "" {
		return env
	}
	return append(env, fmt.Sprintf("%s=%d", EpochArg, d.args.epoch.Seconds()))
}

func (d draft) generatePatterns() []string {
	if g := d.Spec.Generate; g != nil && len(g.Packages) > 0 {
		return values(g.Packages)
	}
	return d.allPatterns()
}

// reached is what generators may read, for the platform that they run on.
func (d draft) reached() plan.Packages {
	const names = "generators"
	here := d
	here.Request.Platforms = []plan.Platform{d.Request.BuildPlatform}
	source := here.pick(d.generatePatterns(), names)
	source.Name = "pick what generators read"
	source.Generate, source.PGO = true, "off"
	if g := d.Spec.Generate; g != nil {
		source.Files = values(g.Files)
		source.At = spans(d.Spec, g.At)
	}
	return plan.Packages{Source: here.askingModules(*source, names+" import"), Modules: here.modules(names)}
}

func (s *settings) generate() {
	g := s.Spec.Generate
	if g == nil {
		s.add("generate.packages", nil, "nothing is generated")
		s.add("generate.files", nil, "none")
		return
	}
	s.list("generate.packages", g.Packages, []string{"./..."}, at(g.At))
	s.list("generate.files", g.Files, nil, "none")
}
