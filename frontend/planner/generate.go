package planner

import (
	"slices"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// generates reports whether generators run before the build: what they make
// is then part of the context for everything else. A check of generated files
// compares them instead.
func generates(s *spec.Spec, target string) bool {
	isCheck := slices.Contains(values(s.Checks), generateCheck)
	return s.Generate != nil && !isCheck && target != generateCheck
}

// PlanGenerators makes the plan of what generators make. They run before there
// is a scan. The decision is that of Generators.
func (d *Decision) PlanGenerators(images map[ImageKey]Image) (*plan.CheckPlan, error) {
	errs := copyOf(d.wrong)
	p := d.checking(Found{Images: images}, &errs).alone(generateCheck, step.Facts{})
	if err := errs.Err(); err != nil {
		return nil, err
	}
	g := p.Check.(plan.Generate)
	g.ID, g.Name, g.At = "generate", "run generators", g.Sources.Source.At
	p.Check = g
	return p, nil
}

func (c checking) generate(s plan.Step, alone bool) plan.Check {
	s.Env, s.Caches = c.env.generate(c.args), plan.Caches{Alone: "it runs generators"}
	return plan.Generate{
		CheckStep: plan.CheckStep{Step: s, Start: c.packs.generators()},
		Sources:   c.reached(),
		Args:      slices.Concat(c.flags.tags(), c.modules.relatives(c.generatePatterns())),
		Export:    alone,
	}
}

func (c checking) generatePatterns() []string {
	if g := c.spec.Generate; g != nil && len(g.Packages) > 0 {
		return c.own(g.Packages)
	}
	return c.modules.patterns()
}

// reached picks what generators may read, for the platform that they run on.
func (c checking) reached() plan.Sources {
	const names = "generators"
	source := c.hereSource(c.generatePatterns(), names)
	source.Name = "pick what generators read"
	source.Generate, source.PGO = true, "off"
	if g := c.spec.Generate; g != nil {
		source.Files = slices.Concat(source.Files, values(g.Files))
		source.At = c.spans(g.At)
	}
	return plan.Sources{Source: c.modules.asking(source, names+" import"), Modules: c.hereModules(names)}
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
