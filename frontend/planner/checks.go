package planner

import (
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// check is a check of the project: a target, and a word in the list `checks`
// of the spec.
type check struct {
	name    string // "vet"
	gives   string // what the target gives
	does    string // what the step does; empty if the row runs the step of another check
	fetches bool   // whether it looks beyond a vendor directory
	plan    func(p planning, s plan.Step, alone bool) plan.Check
}

// checks is the table of checks, in the order in which they are listed. A new
// check is a row here, with its plan in checkplans.go or in a file of its own.
var checks = []check{
	{
		name: tidyCheck, fetches: true, plan: planning.tidy,
		gives: "go.mod and go.sum as `go mod tidy` writes them, as files",
		does:  "compares go.mod and go.sum with what `go mod tidy` makes",
	},
	{
		name: vendorCheck, fetches: true, plan: planning.vendor,
		gives: "the vendor directory as `go mod vendor` or `go work vendor` writes it",
		does:  "compares the vendor directory with what the go command makes",
	},
	{
		name: verifyCheck, fetches: true, plan: planning.verify,
		gives: "no files: runs only the check `verify`",
		does:  "compares modules with the checksums of go.sum",
	},
	{
		name: vetCheck, plan: planning.vet,
		gives: "no files: runs only the check `vet`",
		does:  "runs `go vet`",
	},
	{
		name: testCheck, plan: planning.test,
		gives: "runs only the tests, and gives their reports as files if they pass",
		does:  "runs the tests",
	},
	{
		name: "test-report", plan: planning.report,
		gives: "the reports of the tests, also of tests that fail",
	},
	{
		name: generateCheck, plan: planning.generate,
		gives: "the files that the `//go:generate` lines of the project would change",
		does:  "compares files with what their generators make",
	},
	{
		name: vulnCheck, plan: planning.vuln,
		gives: "no files: runs only the check `vuln`",
		does:  "runs govulncheck",
	},
}

// Names of checks that decisions depend on.
const (
	tidyCheck     = "tidy"
	vendorCheck   = "vendor"
	verifyCheck   = "verify"
	vetCheck      = "vet"
	testCheck     = "test"
	generateCheck = "generate"
	vulnCheck     = "vuln"
)

// findCheck returns the check of a name, and false if no check has it.
func findCheck(name string) (check, bool) {
	i := slices.IndexFunc(checks, func(c check) bool { return c.name == name })
	if i < 0 {
		return check{}, false
	}
	return checks[i], true
}

// IsCheck reports whether a target is a check by itself.
func IsCheck(target string) bool {
	_, ok := findCheck(target)
	return ok
}

// fetchesAgain reports whether a check looks beyond the vendor directory.
func fetchesAgain(listed []spec.String, target string) bool {
	return slices.ContainsFunc(append(values(listed), target), func(name string) bool {
		c, _ := findCheck(name)
		return c.fetches
	})
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
func (d *Decision) PlanCheck(found Found) (*plan.CheckPlan, error) {
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
func (p planning) checkAlone() *plan.CheckPlan {
	if len(p.Project.Members) == 0 {
		p.errs.Add(packages{p.Project, p.found.Facts, p.errs}.noModule(p.spec))
	}
	p.root.validateGo(p.spec, p.Project, p.errs)
	if p.errs.Len() > 0 {
		return nil
	}
	return &plan.CheckPlan{Toolchain: p.root.plan(p.spec, p.modules), Check: p.check(spec.String{Value: p.Target}, true)}
}

// listed plans the checks that an image, and the binaries, depend on.
func (p planning) listed() []plan.Check {
	var all []plan.Check
	for _, name := range p.spec.Checks {
		all = append(all, p.check(name, false))
	}
	return all
}

// check plans a check. One that is wanted alone leaves files for the user.
func (p planning) check(name spec.String, alone bool) plan.Check {
	c, _ := findCheck(name.Value)
	s := plan.Step{ID: "check-" + name.Value, Name: "check " + name.Value, At: p.spans(name.At)}
	return c.plan(p, s, alone)
}

// skeleton plans the step that finds what checks of modules read. It may run on
// any edit, like the source.
func (p planning) skeleton() plan.Step {
	var lines []diag.Range
	for _, name := range p.spec.Checks {
		lines = append(lines, name.At)
	}
	return plan.Step{ID: "skeleton", Name: "find what all packages and their tests import", At: p.spans(lines...)}
}

// allSources picks the source of all packages and their tests.
func (p planning) allSources() plan.Sources {
	source := p.hereSource(p.modules.patterns(), packagesAndTests)
	source.Tests, source.PGO = true, "off"
	return plan.Sources{Source: p.modules.asking(source, packagesAndTests+" import"), Modules: p.hereModules(packagesAndTests)}
}

// packagesAndTests is what messages call everything that a check compiles.
const packagesAndTests = "all packages and their tests"

// hereSource picks source for the platform that steps run on: tests and
// generators run there, whatever platform is asked for.
func (p planning) hereSource(patterns []string, names string) plan.Source {
	return sourceStep(p.spec, names, p.pick(p.spec, []plan.Platform{p.Request.BuildPlatform}, patterns))
}

func (p planning) hereModules(names string) *plan.Modules {
	return p.fetch(names, []plan.Platform{p.Request.BuildPlatform})
}
