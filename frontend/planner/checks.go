package planner

import (
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// kinds are the checks by the names that the spec has for them, which are
// those of targets as well.
var kinds = map[string]plan.CheckKind{
	TidyTarget:   plan.Tidy,
	VerifyTarget: plan.Verify,
}

// isCheck reports whether a target is a check by itself.
func isCheck(target string) bool {
	_, ok := kinds[target]
	return ok
}

// checkPlan is the plan of a check by itself. It needs no main package.
func (d draft) checkPlan() *plan.Plan {
	if len(d.Project.Members) == 0 {
		d.errs.Add(packages{d.Project, d.answers.Facts, d.errs}.noModule(d.Spec))
	}
	d.checkToolchainImage()
	if d.errs.Len() > 0 {
		return nil
	}
	check := d.check(spec.String{Value: d.Request.Target})
	check.Fix = check.Kind == plan.Tidy
	return &plan.Plan{Toolchain: d.planToolchain(), Skeleton: d.skeleton(), Alone: &check}
}

// checks are those that an image, and the binaries, depend on.
func (d draft) checks() []plan.Check {
	if !slices.Contains([]string{"", ImageTarget, BinaryTarget}, d.Request.Target) {
		return nil
	}
	var checks []plan.Check
	for _, name := range d.Spec.Checks {
		checks = append(checks, d.check(name))
	}
	return checks
}

func (d draft) check(name spec.String) plan.Check {
	c := plan.Check{
		Step: plan.Step{
			ID:   "check-" + name.Value,
			Name: "check " + name.Value,
			At:   spans(d.Spec, name.At),
		},
		Kind: kinds[name.Value],
	}
	c.Env = d.onToolchain(slices.Concat(d.goEnv(), d.proxyEnv(), []string{"GOFLAGS="}))
	c.Network = true
	for _, m := range d.Project.Members {
		c.Modules = append(c.Modules, m.Dir)
	}
	return c
}

// skeleton may run on any edit, like the source.
func (d draft) skeleton() plan.Step {
	var lines []diag.Range
	for _, name := range d.Spec.Checks {
		lines = append(lines, name.At)
	}
	return plan.Step{ID: "skeleton", Name: "find what all packages and their tests import", At: spans(d.Spec, lines...)}
}
