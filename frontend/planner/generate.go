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
	isCheck := slices.Contains(values(s.Checks), GenerateTarget)
	return s.Generate != nil && !isCheck && target != GenerateTarget
}

// PlanGenerators makes the plan of what generators make. They run before there
// is a scan. The decision is that of Generators.
func (d *Decision) PlanGenerators(images map[ImageKey]Image) (*plan.Plan, error) {
	errs := copyOf(d.wrong)
	p := d.planning(d.image, Found{Images: images}, &errs).ofProject().checkAlone()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	p.Alone.ID, p.Alone.Name, p.Alone.At = "generate", "run generators", p.Reached.Source.At
	return p, nil
}

func (p planning) generatePatterns() []string {
	if g := p.spec.Generate; g != nil && len(g.Packages) > 0 {
		return values(g.Packages)
	}
	return p.modules.patterns()
}

// reached is what generators may read, for the platform that they run on.
func (p planning) reached() plan.Packages {
	const names = "generators"
	source := p.hereSource(p.generatePatterns(), names)
	source.Name = "pick what generators read"
	source.Generate, source.PGO = true, "off"
	if g := p.spec.Generate; g != nil {
		source.Files = values(g.Files)
		source.At = p.spans(g.At)
	}
	return plan.Packages{Source: p.modules.asking(source, names+" import"), Modules: p.hereModules(names)}
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
