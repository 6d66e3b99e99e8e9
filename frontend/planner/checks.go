package planner

import (
	"fmt"
	"path"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// packagesAndTests is what people read of what checks look at.
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

// whole is the draft for what is no image's: checks are of the project. The
// race detector has cgo on for them, whatever images are built with.
func (d draft) whole() draft {
	d.image = d.Spec
	if race := d.Spec.Test.Race; race.Value {
		racing := *d.Spec
		racing.Build.Cgo = race
		d.image = &racing
	}
	return d
}

// checkPlan is the plan of a check by itself. It needs no main package.
func (d draft) checkPlan() *plan.Plan {
	d = d.whole()
	if len(d.Project.Members) == 0 {
		d.errs.Add(packages{d.Project, d.found.Facts, d.errs}.noModule(d.image))
	}
	d.validateToolchainImage()
	if d.errs.Len() > 0 {
		return nil
	}
	name := d.Target
	if name == ReportTarget {
		name = TestTarget // run in another way
	}
	check := d.check(spec.String{Value: name})
	check.Export = slices.Contains([]plan.CheckKind{plan.Tidy, plan.Vendor, plan.Test, plan.Generate}, check.Kind)
	check.Keep = d.Target == ReportTarget
	return &plan.Plan{Toolchain: d.planToolchain(), Skeleton: d.skeleton(), Packages: d.allPackages(), Reached: d.reached(), Alone: &check}
}

// validateVendorCheck finds a check of a vendor folder that is not there.
func validateVendorCheck(in Input, errs *diag.List) {
	for _, name := range in.Spec.Checks {
		if name.Value == VendorTarget && in.Project.Vendor == nil {
			errs.Add(diag.Diagnostic{
				At:      name.At,
				Message: "checks: the build context has no " + project.VendorFile + " for the check vendor",
				Hint:    "have it made with --target vendor -o . without the check, or remove the check",
				Missing: []string{project.VendorFile},
			})
		}
	}
}

// checks are those that an image, and the binaries, depend on. What vet begins
// with is the image's.
func (d draft) checks(ofVet plan.Start) []plan.Check {
	if !d.isChecked() {
		return nil
	}
	var checks []plan.Check
	for _, name := range d.image.Checks {
		c := d.check(name)
		if c.Kind == plan.Vet {
			c.Start = ofVet
			c.Caches = d.compileCaches(ofVet)
		}
		checks = append(checks, c)
	}
	return checks
}

// isChecked reports whether checks belong to what is asked for.
func (c Decision) isChecked() bool {
	return slices.Contains([]string{"", ImageTarget, BinaryTarget}, c.Target)
}

func (d draft) check(name spec.String) plan.Check {
	c := plan.Check{
		Step: plan.Step{
			ID:   "check-" + name.Value,
			Name: "check " + name.Value,
			At:   spans(d.image, name.At),
		},
		Kind: kinds[name.Value],
	}
	switch c.Kind {
	case plan.Vet:
		// With these flags it has use for what was compiled for images.
		c.Args = slices.Concat([]string{"vet"}, d.packageFlags(), d.allPatterns())
		c.Env = d.compileEnv(d.Request.BuildPlatform)
		c.Caches = d.compileCaches(c.Start)
	case plan.Vuln:
		return d.withVuln(c)
	case plan.Test:
		c.Args = slices.Concat(d.fileFlags(), d.testFlags(), d.testPatterns())
		c.Env = d.testEnv()
		c.Start = d.testStart()
		c.Caches = plan.Caches{Alone: "it runs the project's tests"}
	case plan.Generate:
		c.Args = slices.Concat(d.tagFlags(), d.generatePatterns())
		c.Env = d.generateEnv()
		c.Start = d.generateStart()
		c.Caches = plan.Caches{Alone: "it runs generators"}
	default:
		c.Env = d.onToolchain(slices.Concat(d.fetchEnv(), d.proxyEnv().List(), []string{"GOFLAGS="}))
		c.Network = true
		c.Caches = d.fetchCaches()
		c.Modules = d.moduleFolders()
		c.Work = d.Project.Work != nil
		c.Whole = c.Kind == plan.Vendor && len(d.Project.Replaces()) > 0
	}
	return c
}

func (d draft) moduleFolders() []string {
	var dirs []string
	for _, m := range d.Project.Members {
		dirs = append(dirs, m.Dir)
	}
	return dirs
}

// allPatterns are the packages of all modules of the project.
func (d draft) allPatterns() []string {
	var patterns []string
	for _, dir := range d.moduleFolders() {
		patterns = append(patterns, "./"+path.Join(dir, "..."))
	}
	return patterns
}

func (d draft) testPatterns() []string {
	if named := values(d.image.Test.Packages); len(named) > 0 {
		return named
	}
	return d.allPatterns()
}

func (d draft) testFlags() []string {
	t := d.image.Test
	args := appendFlag(nil, "run", t.Run.Value)
	if t.Short.Value {
		args = append(args, "-short")
	}
	args = append(args, d.raceFlags()...)
	if t.Count > 0 {
		args = append(args, fmt.Sprintf("-count=%d", t.Count))
	}
	if t.Timeout > 0 {
		args = append(args, "-timeout="+t.Timeout.String())
	}
	return args
}

// raceFlags are those that tests have beside the file flags.
func (d draft) raceFlags() []string {
	if d.image.Test.Race.Value && !d.image.Build.Race.Value {
		return []string{"-race"}
	}
	return nil
}

// allPackages picks the source of all packages and their tests, for the
// platform that steps run on: tests run there, and so what is asked of a
// platform changes no verdict.
func (d draft) allPackages() plan.Packages {
	here := d
	here.Request.Platforms = []plan.Platform{d.Request.BuildPlatform}
	source := here.pick(d.allPatterns(), packagesAndTests)
	source.Tests, source.PGO = true, "off"
	p := plan.Packages{Source: here.askingModules(*source, packagesAndTests+" import"), Modules: here.modules(packagesAndTests)}
	p.Data = p.Source
	p.Data.Name = "pick the source and the testdata of the tests"
	p.Data.Mains, p.Data.Data, p.Data.Files = d.testPatterns(), true, values(d.image.Test.Files)
	return p
}

// skeleton may run on any edit, like the source.
func (d draft) skeleton() plan.Step {
	var lines []diag.Range
	for _, name := range d.image.Checks {
		lines = append(lines, name.At)
	}
	return plan.Step{ID: "skeleton", Name: "find what all packages and their tests import", At: spans(d.image, lines...)}
}
