package planner

import (
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// parts are the parts of a decision that plan steps, for what a spec says and
// what was found.
type parts struct {
	spec    *spec.Spec // of an image or, for checks, of the file
	root    goroot
	flags   goFlags
	env     environment
	caches  sharing
	packs   packing
	install installing
}

func (d *Decision) newParts(s *spec.Spec, found Found) parts {
	p := parts{spec: s}
	p.root = goroot{d.toolchain, found.Images[d.toolchain.key(d.toolchain.runsOn)]}
	p.flags = goFlags{build: s.Build, debug: d.debug.on, noVCS: p.root.atLeast("1.18")}
	p.env = environment{root: p.root, modules: d.modules, build: s.Build, c: d.cPackages(s, found.Packages), debug: d.debug.on}
	p.caches = sharing{root: p.root, modules: d.modules, build: s.Build}
	p.packs = packing{
		at:      p.spans(s.Cache.At),
		cache:   s.Cache.Value,
		imports: d.Request.Imports,
		pgo:     s.Build.Pgo.Value,
		image:   d.Image,
		seeds:   found.Seeds,
		modules: d.modules,
		flags:   p.flags,
		env:     p.env,
		caches:  p.caches,
	}
	p.install = installing{file: s.File, root: p.root, env: p.env, caches: p.caches, lock: d.Lock}
	return p
}

func (p parts) spans(ranges ...diag.Range) []plan.Span { return spans(p.spec.File, ranges...) }

// fetch downloads the modules that something needs.
func (p parts) fetch(names string, platforms []plan.Platform) *plan.Modules {
	lines := p.env.modules.specLines()
	if len(lines) == 0 {
		lines = mainLines(p.spec)
	}
	s := plan.Step{Name: "fetch the modules of " + names, At: p.spans(lines...), Env: p.env.fetch(), Caches: p.caches.fetch()}
	return p.env.modules.fetch(s, p.root.version.Value, p.flags.files(), platforms)
}
