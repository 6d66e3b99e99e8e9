package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

func (c checking) tidy(s plan.Step, alone bool) plan.Check {
	return plan.Tidy{CheckStep: c.online(s), Skeleton: c.skeleton(), Modules: c.modules.dirs(), Export: alone}
}

func (c checking) format(s plan.Step, alone bool) plan.Check {
	s.Env = c.root.env()
	files := plan.Step{ID: "gofiles", Name: "pick the Go files of all packages", At: s.At}
	return plan.Format{CheckStep: plan.CheckStep{Step: s}, Files: files, Modules: c.modules.dirs(), Export: alone}
}

func (c checking) vendor(s plan.Step, alone bool) plan.Check {
	return plan.Vendor{
		CheckStep: c.online(s),
		Skeleton:  c.skeleton(),
		Work:      c.Project.Work != nil,
		Whole:     len(c.Project.Replaces()) > 0,
		Export:    alone,
	}
}

func (c checking) verify(s plan.Step, _ bool) plan.Check {
	return plan.Verify{CheckStep: c.online(s), Skeleton: c.skeleton(), Modules: c.modules.dirs()}
}

// online plans a check that may download modules.
func (c checking) online(s plan.Step) plan.CheckStep {
	s.Env, s.Network, s.Caches = c.env.fetch("GOFLAGS="), true, c.caches.fetch()
	return plan.CheckStep{Step: s}
}

// vet has the flags of the compile, so that it can use what was compiled for
// images.
func (c checking) vet(s plan.Step, _ bool) plan.Check {
	v := plan.Vet{Sources: c.allSources()}
	v.Args = slices.Concat([]string{"vet"}, c.flags.packages(), c.modules.relatives(c.modules.patterns()))
	start := c.ofImage
	if len(start.Packs) > 0 {
		start = c.packs.vetting(start)
	}
	s.Env, s.Caches = c.env.compile(c.Request.BuildPlatform), c.caches.compile(start)
	s.Added = c.env.added(c.Request.BuildPlatform)
	v.CheckStep = plan.CheckStep{Step: s, Start: start}
	if len(start.Packs) > 0 {
		v.Groups = c.groups(v.CheckStep, v.Sources.Source, c.modules.patterns(), func([]string) plan.Start { return start })
	}
	return v
}

func (c checking) test(s plan.Step, alone bool) plan.Check { return c.tests(s, alone, false) }

// report runs the tests, and passes although some fail.
func (c checking) report(s plan.Step, alone bool) plan.Check {
	s.ID, s.Name = "check-"+testCheck, "check "+testCheck+c.inProject()
	return c.tests(s, alone, true)
}

func (c checking) tests(s plan.Step, export, keep bool) plan.Check {
	t := plan.Test{Sources: c.allSources(), Export: export, Keep: keep}
	t.Data = t.Sources.Source
	t.Data.Name = "pick the source and the testdata of the tests"
	t.Data.Mains, t.Data.Data, t.Data.Files = c.testPatterns(), true, slices.Concat(t.Data.Files, values(c.spec.Test.Files))
	t.Args = slices.Concat(c.flags.files(), testFlags(c.spec), c.modules.relatives(c.testPatterns()))
	s.Env, s.Caches = c.env.test(), plan.Caches{Alone: "it runs the project's tests"}
	s.Added = c.env.added(c.Request.BuildPlatform)
	start := func(patterns []string) plan.Start {
		return c.packs.tests(c.modules.relatives(patterns), raceFlags(c.spec))
	}
	t.CheckStep = plan.CheckStep{Step: s}
	if export {
		t.Covdata = c.covdata(s)
	}
	t.Groups = c.groups(t.CheckStep, t.Data, c.testPatterns(), func(dirs []string) plan.Start { return start(dots(dirs)) })
	if t.Start = start(nil); t.Groups == nil {
		t.Start = start(c.testPatterns())
	} else {
		c.ownPacks(t.Groups, t.Sources.Source.Pick)
	}
	return t
}

// firstWithoutCovdata is the first Go whose distributions lack the tool covdata. The go
// command builds it instead, for each package without tests that is covered.
const firstWithoutCovdata = "1.25"

// covdata plans to build the tool that makes coverage profiles; nil if Go has it. An image
// of the user's own may lack its source, and a toolchain that is a module is mounted
// read-only, so that no tool can be added.
func (c checking) covdata(s plan.Step) *plan.Step {
	if !isOfficial(c.root.ref) || !c.root.version.IsSet() || !c.root.atLeast(firstWithoutCovdata) {
		return nil
	}
	env := c.env.compile(c.root.runsOn)
	return &plan.Step{
		ID:     "program",
		Name:   "build go tool " + step.CovdataTool,
		At:     s.At,
		Env:    setEnv(setEnv(env, "GOFLAGS", ""), "CGO_ENABLED", "0"),
		Caches: c.caches.compile(plan.Start{}),
	}
}

func (c checking) testPatterns() []string {
	if named := c.spec.Test.Packages; len(named) > 0 {
		return c.own(named)
	}
	return c.modules.patterns()
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
