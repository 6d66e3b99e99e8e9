package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// planning turns a decision and what was found for it into a plan.
type planning struct {
	*Decision
	spec  *spec.Spec // what is planned: an image or, for checks, the project
	found Found
	errs  *diag.List

	root    goroot
	flags   goFlags
	env     environment
	caches  sharing
	packs   packing
	install installing

	ofImage plan.Start // what checks begin with of an image
}

func (d *Decision) planning(s *spec.Spec, found Found, errs *diag.List) planning {
	p := planning{Decision: d, spec: s, found: found, errs: errs}
	p.root = goroot{d.toolchain, found.Images[d.toolchain.key(d.toolchain.runsOn)]}
	p.flags = goFlags{build: s.Build, debug: d.debug.on, noVCS: p.root.atLeast("1.18")}
	p.env = environment{root: p.root, modules: d.modules, build: s.Build, debug: d.debug.on}
	p.caches = sharing{root: p.root, modules: d.modules, build: s.Build}
	p.packs = packing{
		at:      spans(s.File, s.Cache.At),
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
	p.install = installing{file: s.File, root: p.root, env: p.env, caches: p.caches}
	return p
}

func (p planning) spans(ranges ...diag.Range) []plan.Span { return spans(p.spec.File, ranges...) }

// images plans the build of an image for all platforms; nil if something is
// wrong.
func (p planning) images() *plan.Plan {
	p.root.validateEnv(p.modules, p.errs)
	mains := packages{p.Project, p.found.Facts, p.errs}.mains(p.spec)
	p.placing(plan.Platform{}).validateFiles()
	p.root.validateGo(p.spec, p.Project, p.errs)
	if p.errs.Len() > 0 {
		return nil
	}
	binaries := nameBinaries(p.Project, p.spec, mains, p.errs)
	out := &plan.Plan{
		Image:     p.Image,
		Names:     p.names,
		Toolchain: p.root.plan(p.spec, p.modules),
		Sources:   plan.Sources{Source: p.imageSource(mains, binaries), Modules: p.fetch(packageList(binaries), p.Request.Platforms)},
		Vendored:  p.modules.vendored,
		Output:    p.output(),
	}
	project := p.ofProject()
	if p.checked() {
		project.ofImage = project.startOf(p, binaries)
		out.Checks = project.listed()
	}
	if p.generators != nil {
		out.Generators = project.generatePatterns()
	}
	if p.base.ref == "" {
		out.Rootfs = p.rootfs()
	}
	for _, platform := range p.Request.Platforms {
		out.Images = append(out.Images, p.image(binaries, platform))
	}
	return out
}

// imageSource plans one step for all platforms, and for all images that are
// alike, so that they share its run.
func (p planning) imageSource(mains []step.Package, binaries []plan.Binary) plan.Source {
	s := sourceStep(p.spec, packageList(binaries), p.pick(p.spec, p.Request.Platforms, dirs(mains)))
	s = together(s, p.foundPicks(s.Pick))
	return p.modules.asking(s, packageList(binaries)+" imports")
}

// fetch downloads the modules that something needs.
func (p planning) fetch(names string, platforms []plan.Platform) *plan.Modules {
	lines := p.modules.specLines()
	if len(lines) == 0 {
		lines = mainLines(p.spec)
	}
	s := plan.Step{Name: "fetch the modules of " + names, At: p.spans(lines...), Env: p.env.fetch(), Caches: p.caches.fetch()}
	return p.modules.fetch(s, p.version.Value, p.flags.files(), platforms)
}

func (p planning) rootfs() *plan.Rootfs {
	return &plan.Rootfs{
		Step: plan.Step{
			ID:   "rootfs",
			Name: "add CA certificates, time zones, users and /tmp",
			At:   p.spans(p.base.at),
			Env:  p.root.env(),
		},
		Epoch: p.args.epoch.Seconds(),
	}
}

// image plans what one platform gets.
func (p planning) image(binaries []plan.Binary, platform plan.Platform) plan.Image {
	found := p.found.Images[p.base.key(platform)]
	img := plan.Image{
		Platform: platform,
		Name:     fmt.Sprintf("put %s together for %s", p.imageTitle(), platform),
		At:       p.spans(p.base.at),
		Compile:  p.compile(binaries, platform),
	}
	img.Objects = p.packs.all(img.Compile, platform)
	img.Reproduction = reproduction(img.Compile, platform)
	if p.base.ref != "" {
		img.Base = imageRef(p.spec.File, p.base.key(platform), found)
	}
	if p.debug.on {
		prog := p.install.install(delve, p.spec.Debug.Version, platform, delveFile, p.errs)
		img.Debugger = &prog
	}
	img = p.placing(platform).place(img)
	img.SBOM = p.sbom(img, found)
	img.Binaries = p.exported(binaries, platform)
	env := mergedEnv(found.Config.Config.Env, p.spec.Run.Env, p.errs)
	c := p.configuration(img, found, env)
	img.Config = c.config(img, p.errs)
	img.Annotations = c.annotations(p.spec.Image.Annotations)
	link := linking{p.spec.File, p.base, p.spec.Build}
	img.Dynamic = link.dynamic()
	img.Linker = link.linker(binaries, platform)
	img.Libraries = link.libraries(binaries, platform, env)
	return img
}

// placing decides where things go in the image of a platform.
func (p planning) placing(platform plan.Platform) placing {
	base, looked := p.found.Bases[platform]
	if p.base.ref == "" {
		base, looked = step.Root(), true
	}
	return placing{spec: p.spec, epoch: p.args.epoch, found: p.found.Facts.Files, base: base, looked: looked, errs: p.errs}
}

func (p planning) configuration(img plan.Image, base Image, env []string) configuration {
	return configuration{
		run:    p.spec.Run,
		base:   base.Config,
		env:    env,
		labels: p.Request.Labels,
		origin: ociLabels(sourceLabels(p.stamps, p.Request.Source), binaryTitle(img.Compile), p.base, base),
		epoch:  p.args.epoch,
		debug:  p.debug,
	}
}

// imageTitle returns what people call the image that is built.
func (p planning) imageTitle() string { return strings.TrimSpace("the image " + p.Image) }

func (p planning) sbom(img plan.Image, base Image) plan.SBOM {
	return plan.SBOM{
		Step: plan.Step{
			ID:   "sbom",
			Name: fmt.Sprintf("list what %s for %s is made of", p.imageTitle(), img.Platform),
			At:   p.spans(mainLines(p.spec)...),
		},
		Epoch: p.args.epoch.Seconds(),
		Image: binaryTitle(img.Compile),
		Base:  p.base.name(base),
	}
}

// exported plans the binaries as files to take out of the build.
func (p planning) exported(binaries []plan.Binary, platform plan.Platform) plan.Binaries {
	return plan.Binaries{
		Step: plan.Step{
			ID:   "binary",
			Name: fmt.Sprintf("list the checksums of %s for %s", packageList(binaries), platform),
			At:   p.spans(mainLines(p.spec)...),
		},
		Epoch: p.args.epoch.Seconds(),
	}
}

// reproduction plans to compile twice and to compare the results.
func reproduction(c plan.Compile, p plan.Platform) plan.Reproduction {
	return plan.Reproduction{
		Step: plan.Step{
			ID:   "reproduce",
			Name: fmt.Sprintf("compare two builds of %s for %s", packageList(c.Binaries), p),
			At:   c.At,
		},
		Rounds: [2]plan.Compile{round(c, "first"), round(c, "second")},
	}
}

// round returns a compile that begins with nothing. Its name is a part of the
// step's key: without it, two rounds would be one step.
func round(c plan.Compile, name string) plan.Compile {
	c.Name += ", the " + name + " time"
	c.Env = append(slices.Clone(c.Env), "GOHULL_ROUND="+name)
	slices.Sort(c.Env)
	c.Start = plan.Start{}
	c.Caches = plan.Caches{Alone: "it begins with nothing"}
	return c
}
