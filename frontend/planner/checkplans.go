package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

func (p planning) tidy(s plan.Step, alone bool) plan.Check {
	return plan.Tidy{CheckStep: p.online(s), Skeleton: p.skeleton(), Modules: p.modules.dirs(), Export: alone}
}

func (p planning) vendor(s plan.Step, alone bool) plan.Check {
	return plan.Vendor{
		CheckStep: p.online(s),
		Skeleton:  p.skeleton(),
		Work:      p.Project.Work != nil,
		Whole:     len(p.Project.Replaces()) > 0,
		Export:    alone,
	}
}

func (p planning) verify(s plan.Step, _ bool) plan.Check {
	return plan.Verify{CheckStep: p.online(s), Skeleton: p.skeleton(), Modules: p.modules.dirs()}
}

// online plans a check that may download modules.
func (p planning) online(s plan.Step) plan.CheckStep {
	s.Env, s.Network, s.Caches = p.env.fetch("GOFLAGS="), true, p.caches.fetch()
	return plan.CheckStep{Step: s}
}

// startOf returns what checks can begin with of an image: everything that it is
// compiled from, if that is for the platform that checks run on and with the
// same cgo. For several images vet is one step.
func (p planning) startOf(image planning, binaries []plan.Binary) plan.Start {
	here := p.Request.BuildPlatform
	if p.Image != "" || !slices.Contains(p.Request.Platforms, here) || p.spec.Build.Cgo.Value != image.spec.Build.Cgo.Value {
		return plan.Start{}
	}
	return image.packs.start(binaries, here)
}

// vet has the flags of the compile, so that it can use what was compiled for
// images.
func (p planning) vet(s plan.Step, _ bool) plan.Check {
	c := plan.Vet{Sources: p.allSources()}
	c.Args = slices.Concat([]string{"vet"}, p.flags.packages(), p.modules.patterns())
	s.Env, s.Caches = p.env.compile(p.Request.BuildPlatform), p.caches.compile(p.ofImage)
	c.CheckStep = plan.CheckStep{Step: s, Start: p.ofImage}
	return c
}

func (p planning) test(s plan.Step, alone bool) plan.Check { return p.tests(s, alone, false) }

// report runs the tests, and passes although some fail.
func (p planning) report(s plan.Step, alone bool) plan.Check {
	s.ID, s.Name = "check-"+testCheck, "check "+testCheck
	return p.tests(s, alone, true)
}

func (p planning) tests(s plan.Step, export, keep bool) plan.Check {
	c := plan.Test{Sources: p.allSources(), Export: export, Keep: keep}
	c.Data = c.Sources.Source
	c.Data.Name = "pick the source and the testdata of the tests"
	c.Data.Mains, c.Data.Data, c.Data.Files = p.testPatterns(), true, values(p.spec.Test.Files)
	c.Args = slices.Concat(p.flags.files(), testFlags(p.spec), p.testPatterns())
	s.Env, s.Caches = p.env.test(), plan.Caches{Alone: "it runs the project's tests"}
	c.CheckStep = plan.CheckStep{Step: s, Start: p.packs.tests(p.testPatterns(), raceFlags(p.spec))}
	return c
}

func (p planning) testPatterns() []string {
	if named := values(p.spec.Test.Packages); len(named) > 0 {
		return named
	}
	return p.modules.patterns()
}

func testFlags(s *spec.Spec) []string {
	t := s.Test
	args := appendFlag(nil, "run", t.Run.Value)
	if t.Short.Value {
		args = append(args, "-short")
	}
	args = append(args, raceFlags(s)...)
	if t.Count > 0 {
		args = append(args, fmt.Sprintf("-count=%d", t.Count))
	}
	if t.Timeout > 0 {
		args = append(args, "-timeout="+t.Timeout.String())
	}
	return args
}

// raceFlags returns those that tests have in addition to the file flags.
func raceFlags(s *spec.Spec) []string {
	if s.Test.Race.Value && !s.Build.Race.Value {
		return []string{"-race"}
	}
	return nil
}
