package planner

import (
	"slices"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
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
	p := d.planning(d.image, Found{Images: images}, &errs).ofProject().checkAlone()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	c := p.Check.(plan.Generate)
	c.ID, c.Name, c.At = "generate", "run generators", c.Sources.Source.At
	p.Check = c
	return p, nil
}

func (p planning) generate(s plan.Step, alone bool) plan.Check {
	s.Env, s.Caches = p.env.generate(p.args), plan.Caches{Alone: "it runs generators"}
	return plan.Generate{
		CheckStep: plan.CheckStep{Step: s, Start: p.packs.generators()},
		Sources:   p.reached(),
		Args:      slices.Concat(p.flags.tags(), p.generatePatterns()),
		Export:    alone,
	}
}

func (p planning) generatePatterns() []string {
	if g := p.spec.Generate; g != nil && len(g.Packages) > 0 {
		return values(g.Packages)
	}
	return p.modules.patterns()
}

// reached picks what generators may read, for the platform that they run on.
func (p planning) reached() plan.Sources {
	const names = "generators"
	source := p.hereSource(p.generatePatterns(), names)
	source.Name = "pick what generators read"
	source.Generate, source.PGO = true, "off"
	if g := p.spec.Generate; g != nil {
		source.Files = values(g.Files)
		source.At = p.spans(g.At)
	}
	return plan.Sources{Source: p.modules.asking(source, names+" import"), Modules: p.hereModules(names)}
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
