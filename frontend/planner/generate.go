package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// generates reports whether generators run before the build: what they make
// is then part of the context for everything else. A check of generated files
// compares them instead.
func generates(s *spec.Spec, target string) bool {
	isCheck := slices.Contains(values(s.Checks), GenerateTarget)
	return s.Generate != nil && !isCheck && target != GenerateTarget
}

// Generators returns the decision about the generators that run before the
// build; nil if none do. They belong to the project and not to an image.
func (c Decision) Generators() *Decision { return c.generators }

// PlanGenerators makes the plan of what generators make. They run before there
// is a scan.
func (c Decision) PlanGenerators(images map[ImageKey]Image) (*plan.Plan, error) {
	errs := copyOf(c.wrong)
	d := draft{Decision: c, found: Found{Images: images}, errs: &errs}
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
	if g := d.image.Generate; g != nil && len(g.Packages) > 0 {
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
	if g := d.image.Generate; g != nil {
		source.Files = values(g.Files)
		source.At = spans(d.image, g.At)
	}
	return plan.Packages{Source: here.askingModules(*source, names+" import"), Modules: here.modules(names)}
}

func (s *settings) generate() {
	g := s.written.Generate
	if g == nil {
		s.add("generate.packages", nil, "nothing is generated")
		s.add("generate.files", nil, "none")
		return
	}
	s.list("generate.packages", g.Packages, []string{"./..."}, at(g.At))
	s.list("generate.files", g.Files, nil, "none")
}
