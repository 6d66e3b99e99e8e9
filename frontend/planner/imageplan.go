package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/capability"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// planning plans the build of an image.
type planning struct {
	*Decision
	parts
	found Found
	errs  *diag.List
}

func (d *Decision) planning(found Found, errs *diag.List) planning {
	return planning{d, d.newParts(d.image, found), found, errs}
}

// plan plans the build of an image for all platforms; nil if something is
// wrong.
func (p planning) plan() *plan.Plan {
	p.root.validateEnv(p.modules, p.errs)
	mains := packages{p.Project, p.found.Facts, p.errs}.mains(p.spec)
	p.placing(plan.Platform{}).validateFiles()
	validateNamedFiles(p.spec, p.found.Facts, p.errs)
	p.root.validateGo(p.spec, p.Project, p.errs)
	if p.errs.Len() > 0 {
		return nil
	}
	p.packs.groups = p.groupsFor(mains)
	binaries := nameBinaries(p.Project, p.spec, mains, p.errs)
	for i, m := range mains {
		binaries[i].Ldflags = p.ownLdflags(m)
	}
	p.validatePrograms(binaries)
	if p.errs.Len() > 0 {
		return nil
	}
	out := &plan.Plan{
		Image:     p.Image,
		Names:     p.names,
		Project:   p.project(),
		Toolchain: p.parts.toolchain(p.Target),
		Sources:   plan.Sources{Source: p.imageSource(mains, binaries), Modules: p.fetch(packageList(binaries), p.Request.Platforms)},
		Vendored:  p.modules.vendored,
		Output:    p.output(),
	}
	checks := p.checking(p.found, p.errs)
	if p.checked() {
		checks.ofImage = p.startOf(checks, binaries)
		out.Checks = checks.listed()
	}
	out.Generators = p.before(checks)
	if p.base.ref == "" {
		out.Rootfs = p.rootfs()
	}
	for _, platform := range p.Request.Platforms {
		if platform.OS != linux {
			out.Images = append(out.Images, p.onlyPrograms(binaries, platform))
			continue
		}
		out.Images = append(out.Images, p.image(binaries, platform))
	}
	return out
}

// startOf returns what checks can begin with of the image: everything that it is
// compiled from, if that is for the platform that checks run on and with the
// same cgo. For several images vet is one step.
func (p planning) startOf(checks checking, binaries []plan.Binary) plan.Start {
	here := p.Request.BuildPlatform
	if p.Image != "" || !slices.Contains(p.Request.Platforms, here) || checks.spec.Build.Cgo.Value != p.spec.Build.Cgo.Value {
		return plan.Start{}
	}
	return p.packs.start(binaries, here)
}

// imageSource plans one step for all platforms, and for all images that are
// alike, so that they share its run.
func (p planning) imageSource(mains []mainPackage, binaries []plan.Binary) plan.Source {
	s := sourceStep(p.spec, packageList(binaries), p.imagePick(p.spec, mainDirs(mains)))
	s = together(s, p.foundPicks(s.Pick))
	if p.alike(p.spec).grouped {
		scan := p.scan()
		s.Scan = &scan
	}
	return p.modules.asking(s, packageList(binaries)+" imports")
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
	if list := p.found.Packages[p.baseKey(platform)]; len(list) > 0 {
		img.Packages = added(p.packages(), list, platform)
	}
	if p.debug.on {
		prog := p.install.program(delve, p.spec.Debug.Version, platform, delveFile, p.errs)
		img.Debugger = &prog
	}
	for _, prog := range p.spec.Programs {
		img.Programs = append(img.Programs, p.install.named(prog, platform, p.errs))
	}
	img, user := p.placing(platform).place(img)
	img.Capabilities = p.capabilities(img)
	img.SBOM = p.sbom(img, found)
	img.Compilers = p.compilers(img)
	img.Binaries = p.exported(binaries, platform)
	env := mergedEnv(found.Config.Config.Env, p.spec.Run.Env, p.errs)
	c := p.configuration(img, found, env)
	c.user = user
	c.validate(p.base, p.errs)
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
	base, looked := p.found.Looked[p.base.key(platform)]
	if p.base.ref == "" {
		base, looked = step.Root(), true
	}
	var reported diag.List // by validateDownloads
	return placing{
		spec:      p.spec,
		platform:  platform,
		epoch:     p.args.epoch,
		downloads: downloading{p.stamps, &reported},
		found:     p.found.Facts.Files,
		images:    p.insides(platform),
		archives:  p.found.Archives,
		base:      base,
		looked:    looked,
		scratch:   p.base.ref == "" && p.knowsFiles(),
		errs:      p.errs,
	}
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

// capabilities plans those of the first program; nil for none.
func (p planning) capabilities(img plan.Image) *plan.Capabilities {
	written := p.spec.Run.Capabilities
	if len(written) == 0 {
		return nil
	}
	c := &plan.Capabilities{Path: img.Place(img.Compile.Binaries[0]), Epoch: p.args.epoch.Seconds()}
	var lines []diag.Range
	for _, w := range written {
		c.Names, lines = append(c.Names, capability.Name(w.Value)), append(lines, w.At)
	}
	slices.Sort(c.Names)
	c.Step = plan.Step{
		ID:   "capabilities",
		Name: fmt.Sprintf("give %s %s for %s", binaryTitle(img.Compile), strings.Join(c.Names, ", "), img.Platform),
		At:   p.spans(lines...),
	}
	return c
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

// exported plans the binaries as files to take out of the build. They lie in one
// directory, so two of one name are an error, wherever the image has them.
func (p planning) exported(binaries []plan.Binary, platform plan.Platform) plan.Binaries {
	if p.Target == binaryTarget {
		p.validateNames(binaries)
	}
	return plan.Binaries{
		Step: plan.Step{
			ID:   "binary",
			Name: fmt.Sprintf("list the checksums of %s for %s", packageList(binaries), platform),
			At:   p.spans(mainLines(p.spec)...),
		},
		Epoch: p.args.epoch.Seconds(),
	}
}

func (p planning) validateNames(binaries []plan.Binary) {
	first := map[string]plan.Binary{}
	for _, prog := range p.spec.Programs {
		binaries = append(slices.Clip(binaries), binaryOf(prog))
	}
	for _, b := range binaries {
		name := path.Base(b.Path)
		if other, ok := first[name]; ok {
			p.errs.Add(diag.Diagnostic{
				At:      p.placing(plan.Platform{}).mainPlace(b),
				Message: fmt.Sprintf("main: %s and %s are both called %s, and --target binary puts them into one directory", other.Path, b.Path, name),
				Hint:    "give one of them another name",
			})
		}
		first[name] = b
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
