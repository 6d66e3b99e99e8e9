package planner

import (
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// check is a check of the project: a target, and a word in the list `checks`
// of the spec.
type check struct {
	name    string   // "vet"
	gives   string   // what the target gives
	does    string   // what the step does; empty if the row runs the step of another check
	fetches bool     // whether it looks beyond a vendor directory
	program *program // of another module, that has to be fetched; nil for none
	context string   // name of a build context that it reads if the client adds it; empty for none
	plan    func(c checking, s plan.Step, alone bool) []plan.Check
}

// one returns the plan of a check that is one step.
func one(planned func(c checking, s plan.Step, alone bool) plan.Check) func(checking, plan.Step, bool) []plan.Check {
	return func(c checking, s plan.Step, alone bool) []plan.Check { return []plan.Check{planned(c, s, alone)} }
}

// checks is the table of checks, in the order in which they are listed. A new
// check is a row here, with its plan in checkplans.go or in a file of its own.
var checks = []check{
	{
		name: tidyCheck, fetches: true, plan: one(checking.tidy),
		gives: "go.mod and go.sum as `go mod tidy` writes them, as files",
		does:  "compares go.mod and go.sum with what `go mod tidy` makes",
	},
	{
		name: fmtCheck, plan: one(checking.format),
		gives: "Go files as `gofmt` formats them, those that differ",
		does:  "compares Go files with what `gofmt` makes of them",
	},
	{
		name: vendorCheck, fetches: true, plan: one(checking.vendor),
		gives: "the vendor directory as `go mod vendor` or `go work vendor` writes it",
		does:  "compares the vendor directory with what the go command makes",
	},
	{
		name: verifyCheck, fetches: true, plan: one(checking.verify),
		gives: "no files: runs only the check `verify`",
		does:  "compares modules with the checksums of go.sum",
	},
	{
		name: vetCheck, plan: one(checking.vet),
		gives: "no files: runs only the check `vet`",
		does:  "runs `go vet`",
	},
	{
		name: lintCheck, plan: one(checking.lint),
		gives: "no files: runs only the check `lint`",
		does:  "runs the tools of `lint.tools`",
	},
	{
		name: testCheck, plan: one(checking.test),
		gives: "runs only the tests, and gives their reports as files if they pass",
		does:  "runs the tests",
	},
	{
		name: reportTarget, plan: one(checking.report),
		gives: "the reports of the tests, also of tests that fail",
	},
	{
		name: generateCheck, plan: checking.generate,
		gives: "the files that generators would change: the `//go:generate` lines of the project, and the commands of `generate`",
		does:  "compares files with what their generators make",
	},
	{
		name: vulnCheck, program: &govulncheck, context: step.VulnContext, plan: one(checking.vuln),
		gives: "no files: runs only the check `vuln`",
		does:  "runs govulncheck",
	},
}

// Names of checks that decisions depend on.
const (
	tidyCheck     = "tidy"
	fmtCheck      = "fmt"
	vendorCheck   = "vendor"
	verifyCheck   = "verify"
	vetCheck      = "vet"
	lintCheck     = "lint"
	testCheck     = "test"
	generateCheck = "generate"
	vulnCheck     = "vuln"
	reportTarget  = "test-report"
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

// runningChecks returns the checks that run: the target itself, or those of the spec.
func (d *Decision) runningChecks() []check {
	if c, ok := findCheck(d.Target); ok {
		return []check{c}
	}
	if !d.checked() {
		return nil
	}
	var all []check
	for _, name := range d.Spec.Checks {
		c, _ := findCheck(name.Value)
		all = append(all, c)
	}
	return all
}

// fetchesAgain reports whether a check looks beyond the vendor directory.
func fetchesAgain(listed []spec.String, target string) bool {
	return slices.ContainsFunc(append(values(listed), target), func(name string) bool {
		c, _ := findCheck(name)
		return c.fetches
	})
}

// checking plans checks, which are of the project and not of an image.
type checking struct {
	*common
	parts
	facts   step.Facts
	scan    plan.Scan
	ofImage plan.Start // what checks can begin with of an image
	errs    *diag.List
}

// checking returns what checks are planned with. The race detector has cgo on
// for them, even if images are built without it.
func (d *Decision) checking(found Found, errs *diag.List) checking {
	s := d.Spec
	if race := s.Test.Race; race.Value {
		racing := *s
		racing.Build.Cgo.Bool = race
		s = &racing
	}
	return checking{common: d.common, parts: d.newParts(s, found), facts: found.Facts, scan: d.scan(), errs: errs}
}

// PlanCheck makes the plan of a check by itself. It needs no main package. The
// decision is one of Decisions.Checks.
func (d *Decision) PlanCheck(found Found) (*plan.CheckPlan, error) {
	errs := copyOf(d.wrong)
	c := d.checking(found, &errs)
	c.root.validateEnv(c.modules, &errs)
	validateNamedFiles(c.spec, found.Facts, &errs)
	out := c.alone(d.Target, found.Facts)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	out.Generators = d.before(c)
	return out, nil
}

// alone plans one check by itself; nil if something is wrong.
func (c checking) alone(name string, facts step.Facts) *plan.CheckPlan {
	if len(c.Project.Members) == 0 {
		c.errs.Add(packages{c.Project, facts, c.errs}.noModule(c.spec))
	}
	c.root.validateGo(c.spec, c.Project, c.errs)
	if c.errs.Len() > 0 {
		return nil
	}
	return &plan.CheckPlan{Project: c.project(), Toolchain: c.toolchain(name), Checks: c.check(spec.String{Value: name}, true)}
}

// listed plans the checks that an image, and the binaries, depend on.
func (c checking) listed() []plan.Check {
	var all []plan.Check
	for _, name := range c.spec.Checks {
		if !c.hasNone(name.Value) {
			all = append(all, c.check(name, false)...)
		}
	}
	return all
}

// check plans a check. One that is wanted alone leaves files for the user.
func (c checking) check(name spec.String, alone bool) []plan.Check {
	row, _ := findCheck(name.Value)
	s := plan.Step{ID: "check-" + name.Value, Name: "check " + name.Value + c.inProject(), At: c.spans(name.At)}
	return row.plan(c, s, alone)
}

// inProject says which project a step is about, unless it is the one at the root.
func (c checking) inProject() string {
	if c.Project.Dir == "." {
		return ""
	}
	return " of " + dot(c.Project.Dir)
}

// skeleton plans the step that finds what checks of modules read. It may run on
// any edit, like the source.
func (c checking) skeleton() plan.Step {
	var lines []diag.Range
	for _, name := range c.spec.Checks {
		lines = append(lines, name.At)
	}
	return plan.Step{ID: "skeleton", Name: "find what all packages and their tests import", At: c.spans(lines...)}
}

// allSources picks the source of all packages and their tests.
func (c checking) allSources() plan.Sources {
	source := c.hereSource(c.modules.patterns(), packagesAndTests)
	source.Tests, source.PGO = true, "off"
	return plan.Sources{Source: c.modules.asking(source, packagesAndTests+" import"), Modules: c.hereModules(packagesAndTests)}
}

// packagesAndTests is what messages call everything that a check compiles.
const packagesAndTests = "all packages and their tests"

// hereSource picks source for the platform that steps run on: tests and
// generators run there, whatever platform is asked for.
func (c checking) hereSource(patterns []string, names string) plan.Source {
	return sourceStep(c.spec, names, c.pick(c.spec, []plan.Platform{c.Request.BuildPlatform}, patterns))
}

func (c checking) hereModules(names string) *plan.Modules {
	return c.fetch(names, []plan.Platform{c.Request.BuildPlatform})
}
