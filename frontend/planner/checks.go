package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// packagesAndTests is what messages call everything that a check compiles.
const packagesAndTests = "all packages and their tests"

// kinds are the checks by the names of their targets. The spec has the same
// names.
var kinds = map[string]plan.CheckKind{
	TidyTarget:   plan.Tidy,
	VendorTarget: plan.Vendor,
	VerifyTarget: plan.Verify,
	VetTarget:    plan.Vet,
	TestTarget:   plan.Test,
	VulnTarget:   plan.Vuln,
	ReportTarget: plan.Test,

	GenerateTarget: plan.Generate,
}

// IsCheck reports whether a target is a check by itself.
func IsCheck(target string) bool {
	_, ok := kinds[target]
	return ok
}

// ofProject plans for the whole project: checks are not of an image. The race
// detector has cgo on for them, whatever images are built with.
func (p planning) ofProject() planning {
	s := p.Spec
	if race := s.Test.Race; race.Value {
		racing := *s
		racing.Build.Cgo = race
		s = &racing
	}
	return p.planning(s, p.found, p.errs)
}

// PlanCheck makes the plan of a check by itself. It needs no main package. The
// decision is Decisions.Check.
func (d *Decision) PlanCheck(found Found) (*plan.Plan, error) {
	errs := copyOf(d.wrong)
	p := d.planning(d.image, found, &errs).ofProject()
	p.root.validateEnv(p.modules, p.errs)
	out := p.checkAlone()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if d.generators != nil {
		out.Generators = p.generatePatterns()
	}
	return out, nil
}

// checkAlone plans the check that is the target; nil if something is wrong.
func (p planning) checkAlone() *plan.Plan {
	if len(p.Project.Members) == 0 {
		p.errs.Add(packages{p.Project, p.found.Facts, p.errs}.noModule(p.spec))
	}
	p.root.validateGo(p.spec, p.Project, p.errs)
	if p.errs.Len() > 0 {
		return nil
	}
	name := p.Target
	if name == ReportTarget {
		name = TestTarget // run in another way
	}
	check := p.check(spec.String{Value: name})
	check.Export = slices.Contains([]plan.CheckKind{plan.Tidy, plan.Vendor, plan.Test, plan.Generate}, check.Kind)
	check.Keep = p.Target == ReportTarget
	return &plan.Plan{Toolchain: p.root.plan(p.spec, p.modules), Skeleton: p.skeleton(), Packages: p.allPackages(), Reached: p.reached(), Alone: &check}
}

// checks plans those that an image, and the binaries, depend on. What vet
// begins with is the image's.
func (p planning) checks(ofVet plan.Start) []plan.Check {
	var checks []plan.Check
	for _, name := range p.spec.Checks {
		c := p.check(name)
		if c.Kind == plan.Vet {
			c.Start = ofVet
			c.Caches = p.caches.compile(ofVet)
		}
		checks = append(checks, c)
	}
	return checks
}

// isChecked reports whether checks belong to what is asked for.
func (d *Decision) isChecked() bool {
	return slices.Contains([]string{"", ImageTarget, BinaryTarget}, d.Target)
}

// vetStart returns what vet begins with: what the image is compiled from, if
// that is for the platform that vet runs on. For several images vet is one step.
func (p planning) vetStart(binaries []plan.Binary, checks planning) plan.Start {
	here := p.Request.BuildPlatform
	if p.Image != "" || !slices.Contains(p.Request.Platforms, here) || checks.spec.Build.Cgo.Value != p.spec.Build.Cgo.Value {
		return plan.Start{}
	}
	return p.packs.start(binaries, here)
}

func (p planning) check(name spec.String) plan.Check {
	c := plan.Check{
		Step: plan.Step{
			ID:   "check-" + name.Value,
			Name: "check " + name.Value,
			At:   p.spans(name.At),
		},
		Kind: kinds[name.Value],
	}
	switch c.Kind {
	case plan.Vet:
		// With these flags it has use for what was compiled for images.
		c.Args = slices.Concat([]string{"vet"}, p.flags.packages(), p.modules.patterns())
		c.Env = p.env.compile(p.Request.BuildPlatform)
		c.Caches = p.caches.compile(c.Start)
	case plan.Vuln:
		return p.withVuln(c)
	case plan.Test:
		c.Args = slices.Concat(p.flags.files(), testFlags(p.spec), p.testPatterns())
		c.Env = p.env.test()
		c.Start = p.packs.tests(p.testPatterns(), raceFlags(p.spec))
		c.Caches = plan.Caches{Alone: "it runs the project's tests"}
	case plan.Generate:
		c.Args = slices.Concat(p.flags.tags(), p.generatePatterns())
		c.Env = p.env.generate(p.args)
		c.Start = p.packs.generators()
		c.Caches = plan.Caches{Alone: "it runs generators"}
	default:
		c.Env = p.env.fetch("GOFLAGS=")
		c.Network = true
		c.Caches = p.caches.fetch()
		c.Modules = p.modules.dirs()
		c.Work = p.Project.Work != nil
		c.Whole = c.Kind == plan.Vendor && len(p.Project.Replaces()) > 0
	}
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

// allPackages picks the source of all packages and their tests.
func (p planning) allPackages() plan.Packages {
	source := p.hereSource(p.modules.patterns(), packagesAndTests)
	source.Tests, source.PGO = true, "off"
	out := plan.Packages{Source: p.modules.asking(source, packagesAndTests+" import"), Modules: p.hereModules(packagesAndTests)}
	out.Data = out.Source
	out.Data.Name = "pick the source and the testdata of the tests"
	out.Data.Mains, out.Data.Data, out.Data.Files = p.testPatterns(), true, values(p.spec.Test.Files)
	return out
}

// hereSource picks source for the platform that steps run on: tests and
// generators run there, whatever platform is asked for.
func (p planning) hereSource(patterns []string, names string) plan.Source {
	return sourceStep(p.spec, names, p.pick(p.spec, []plan.Platform{p.Request.BuildPlatform}, patterns))
}

func (p planning) hereModules(names string) *plan.Modules {
	return p.fetch(names, []plan.Platform{p.Request.BuildPlatform})
}

// skeleton may run on any edit, like the source.
func (p planning) skeleton() plan.Step {
	var lines []diag.Range
	for _, name := range p.spec.Checks {
		lines = append(lines, name.At)
	}
	return plan.Step{ID: "skeleton", Name: "find what all packages and their tests import", At: p.spans(lines...)}
}

// fetchesAgain reports whether a check looks beyond the vendor directory.
func fetchesAgain(checks []spec.String, target string) bool {
	asked := append(values(checks), target)
	return slices.ContainsFunc([]string{TidyTarget, VendorTarget, VerifyTarget}, func(check string) bool {
		return slices.Contains(asked, check)
	})
}
