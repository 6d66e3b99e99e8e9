package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/llb/plan"
)

// toolchain returns the toolchain of a plan whose target is an image or a
// check.
func (p parts) toolchain(target string) plan.Toolchain {
	t := p.root.plan(p.spec, p.env.modules)
	if p.slims(target) {
		t.Slim = &plan.Step{ID: "toolchain", Name: fmt.Sprintf("copy what compiles need of the go%s image", t.Version), At: t.Image.At}
	}
	return t
}

// slims reports whether compiles run on a part of the toolchain's image. That
// part travels with an exported cache, so that a builder that imports the cache
// need not pull the image. It contains only Go's own programs, and gohull
// knows where they are only in an official image. Code of the project, such
// as a test, may read anything of the image. If a step runs such code, all
// steps run on the whole image: otherwise a builder would pull both.
func (p parts) slims(target string) bool {
	official := isOfficial(p.root.ref) && p.caches.compile(plan.Start{}) == plan.Caches{}
	return official && p.packs.wanted() && !p.runsProject(target)
}

// runsProject reports whether a step runs code of the project, or other programs
// that gohull does not know.
func (p parts) runsProject(target string) bool {
	runs := []string{lintCheck, testCheck, reportTarget, generateCheck}
	return generates(p.spec, target) ||
		slices.ContainsFunc(append(values(p.spec.Checks), target), func(name string) bool { return slices.Contains(runs, name) })
}
