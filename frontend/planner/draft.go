package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// draft is a plan in the making.
type draft struct {
	Decision
	found Found
	errs  *diag.List
}

func (d draft) plan() *plan.Plan {
	p := d.planned()
	if p != nil && d.generators != nil {
		p.Generators = d.whole().generatePatterns()
	}
	return p
}

func (d draft) planned() *plan.Plan {
	d.validateToolchainEnv()
	if IsCheck(d.Target) {
		return d.checkPlan()
	}
	mains := packages{d.Project, d.found.Facts, d.errs}.mains(d.image)
	d.validateFiles()
	d.validateToolchainImage()
	if d.errs.Len() > 0 {
		return nil
	}
	binaries := d.binaries(mains)
	p := &plan.Plan{
		Image:     d.Image,
		Names:     d.names,
		Toolchain: d.planToolchain(),
		Source:    d.source(mains, binaries),
		Modules:   d.modules(packageList(binaries)),
		Vendored:  d.vendored,
		Checks:    d.whole().checks(d.vetStart(binaries)),
	}
	if whole := d.whole(); len(p.Checks) > 0 {
		p.Skeleton, p.Packages, p.Reached = whole.skeleton(), whole.allPackages(), whole.reached()
	}
	if d.base.ref == "" {
		p.Rootfs = d.rootfs()
	}
	for _, platform := range d.Request.Platforms {
		p.Images = append(p.Images, d.planImage(binaries, platform))
	}
	return p
}

// source is one step for all platforms, and for all images that are alike, so
// that they share its run.
func (d draft) source(mains []step.Package, binaries []plan.Binary) plan.Source {
	s := d.pick(dirs(mains), packageList(binaries))
	s = shared(s, d.foundPicks(s.Pick))
	return d.askingModules(*s, packageList(binaries)+" imports")
}

// askingModules has the source picked twice where modules may import packages
// of the context: before they are fetched, and when they have said which.
func (d draft) askingModules(s plan.Source, imports string) plan.Source {
	if d.downloads() && d.Project.Shared() {
		s.Imports = &plan.Step{ID: s.ID, Name: "find what " + imports, At: s.At}
	}
	return s
}

// downloads reports whether modules come from elsewhere than the context.
func (c Decision) downloads() bool { return !c.vendored && c.Project.Requires() }

// modules is one step for all platforms: what they need differs by little.
func (d draft) modules(names string) *plan.Modules {
	if !d.downloads() {
		return nil
	}
	m := &plan.Modules{
		Step: plan.Step{
			ID:      "modules",
			Name:    "fetch the modules of " + names,
			At:      spans(d.image, d.moduleLines()...),
			Env:     d.onToolchain(append(d.fetchEnv(), d.proxyEnv().List()...)),
			Network: true,
			Caches:  d.fetchCaches(),
		},
		Go:    d.version.Value,
		Flags: d.fileFlags(),
	}
	for _, p := range d.Request.Platforms {
		m.Platforms = append(m.Platforms, strings.Join(platformEnv(p), " "))
	}
	return m
}

// moduleLines are the lines of the spec that say how modules are fetched,
// else those that name what needs them.
func (d draft) moduleLines() []diag.Range {
	m := d.image.Modules
	lines := []diag.Range{m.Proxy.At, m.Sumdb.At}
	for _, p := range m.Private {
		lines = append(lines, p.At)
	}
	lines = slices.DeleteFunc(lines, diag.Range.IsZero)
	if len(lines) == 0 {
		return d.mainLines()
	}
	return lines
}

func (d draft) planToolchain() plan.Toolchain {
	t := plan.Toolchain{Version: d.version.Value}
	if d.toolchain.ref == "" {
		t.Module = d.moduleToolchain(d.Request.BuildPlatform)
		return t
	}
	t.Image = d.imageRef(d.toolchain.key(d.Request.BuildPlatform))
	return t
}

// moduleToolchain is the toolchain that runs on a platform.
func (c Decision) moduleToolchain(p plan.Platform) *plan.ModuleToolchain {
	platform := processor(p)
	return &plan.ModuleToolchain{
		Step: plan.Step{
			ID:      "toolchain",
			Name:    fmt.Sprintf("fetch the go%s toolchain", c.version.Value),
			At:      spans(c.image, c.toolchain.at, c.image.Go.At),
			Env:     c.proxyEnv().List(),
			Network: true,
		},
		Version:  c.version.Value,
		Platform: platform,
		Sum:      spec.Lookup(c.toolchain.locked, platform),
	}
}

func (d draft) imageRef(key ImageKey) *plan.ImageRef {
	img := d.found.Images[key]
	return &plan.ImageRef{Name: img.Name, Platform: key.Platform, Context: img.Context, At: spans(d.image, key.At)}
}

func (d draft) rootfs() *plan.Rootfs {
	return &plan.Rootfs{
		Step: plan.Step{
			ID:   "rootfs",
			Name: "add CA certificates, time zones, users and /tmp",
			At:   spans(d.image, d.base.at),
			Env:  d.onToolchain(nil),
		},
		Epoch: d.args.epoch.Seconds(),
	}
}

func (d draft) planImage(binaries []plan.Binary, p plan.Platform) plan.Image {
	img := plan.Image{
		Platform: p,
		Name:     fmt.Sprintf("put %s together for %s", d.called(), p),
		At:       spans(d.image, d.base.at),
		Compile:  d.compile(binaries, p),
	}
	img.Objects = d.objects(img.Compile, p)
	img.Reproduction = d.reproduction(img.Compile, p)
	if d.base.ref != "" {
		img.Base = d.imageRef(d.base.key(p))
	}
	img.Debugger = d.debugger(p)
	img = d.layOut(img, p)
	img.SBOM = d.sbom(img)
	img.Binaries = d.exported(binaries, p)
	img.Config = d.imageConfig(img, p)
	img.Annotations = d.annotations(img)
	img.Dynamic = d.linksDynamically()
	img.Linker = d.linker(binaries, p)
	img.Libraries = d.libraries(binaries, p)
	return img
}

// called is what people call the image that is built.
func (c Decision) called() string {
	return strings.TrimSpace("the image " + c.Image)
}

// exported is the binaries as files to take out of the build.
func (d draft) exported(binaries []plan.Binary, p plan.Platform) plan.Binaries {
	return plan.Binaries{
		Step: plan.Step{
			ID:   "binary",
			Name: fmt.Sprintf("list the checksums of %s for %s", packageList(binaries), p),
			At:   spans(d.image, d.mainLines()...),
		},
		Epoch: d.args.epoch.Seconds(),
	}
}

// validateFiles holds the entries of run.files against what the scan found.
func (d draft) validateFiles() {
	found := map[string]step.File{}
	for _, f := range d.found.Facts.Files {
		found[f.Path] = f
	}
	for _, f := range d.image.Run.Files {
		file := found[path.Clean(f.From.Value)]
		switch {
		case file.Escapes:
			d.errs.Errorf(f.From.At, "run.files: %s leaves the build context through the symlink %s -> %s", f.From.Value, file.Link, file.Target)
		case file.Kind == "":
			d.errs.Add(diag.Diagnostic{At: f.From.At, Message: fmt.Sprintf("run.files: the build context has no %s", f.From.Value), Missing: []string{literal(path.Clean(f.From.Value))}})
		}
	}
}

// validateToolchainEnv checks what a toolchain's image says of where modules come
// from, as far as nothing else says it: steps get that as a build arg's.
func (d draft) validateToolchainEnv() {
	own := d.proxyEnv()
	img := d.found.Images[d.toolchain.key(d.Request.BuildPlatform)]
	for _, name := range netenv.Names() {
		value, ok := lookupEnv(img.Config.Config.Env, name)
		if !ok || own.Get(name) != "" {
			continue
		}
		if wrong := netenv.Credentials(value); wrong != nil {
			d.errs.Add(diag.Diagnostic{
				At:      d.toolchain.at,
				Message: "toolchain: " + name + " of the image " + d.toolchain.ref + ": " + wrong.Message,
				Hint:    "pass the build arg " + name + " without them, and the secret netrc: --secret id=netrc,src=$HOME/.netrc",
			})
		}
	}
}

// validateToolchainImage holds the Go of an image of the user's own against the
// project; official images have the version that they are named for.
func (d draft) validateToolchainImage() {
	if !isReference(d.image.Toolchain) {
		return
	}
	img := d.found.Images[d.toolchain.key(d.Request.BuildPlatform)]
	have, ok := lookupEnv(img.Config.Config.Env, "GOLANG_VERSION")
	if !ok || !project.IsVersion(have) {
		return
	}
	if want := d.image.Go; want.IsSet() && !project.Satisfies(want.Value, have) {
		d.errs.Errorf(d.toolchain.at, "toolchain: %s has go %s, and %s asks for %s", d.image.Toolchain.Value, have, want.At, want.Value)
	}
	validateVersion(d.Project, project.Version{Value: have, At: d.toolchain.at}, d.errs)
}
