package planner

import (
	"cmp"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// Decisions is what one request is for. Exactly one of its fields is set.
type Decisions struct {
	Images []*Decision // in the order of the spec
	Checks []*Decision // a check by itself, of each project
	Lock   *LockDecision
}

// All returns the decisions about images and checks.
func (ds Decisions) All() []*Decision { return slices.Concat(ds.Images, ds.Checks) }

// Decision is everything that follows from the input alone, for one image of
// a request or for a check of the project. It is made once, by Decide, and does
// not change. The error of its methods is a diag.Errors: what is wrong with the
// input, and what is wrong with what was found.
type Decision struct {
	*common
	Image  string // its name in a file of several; empty for the only one, and for a check
	Target string // what of the image is wanted, or which check: the name of one of Targets

	written    *spec.Spec // what holds for the image, as the spec says it
	image      *spec.Spec // the same, with values instead of stamps
	stamps     stamp.Values
	toolchain  toolchain
	base       base
	fileImages []fileImage
	stages     []plan.Stage                     // that something of it uses
	locked     map[PackagesKey][]step.OSPackage // packages of distributions; nil without a lock
	debug      debugging
	names      []string       // of the image, with tags
	leftOut    []LeftOut      // tags that it does not get
	checkout   *plan.Checkout // what programs say about it; nil for nothing
	generators *Decision      // nil if none run before the build
	wrong      diag.List
}

// common is what is decided once for all images of one project.
type common struct {
	Input
	*shared
	Project *project.Project
	images  []*spec.Spec // of the file, those of the project
	args    buildArgs
	asked   project.Version // of Go, whatever the lock says
	version project.Version // of Go, as the lock has it; not set if only the toolchain image knows
	modules modules
	stamps  stamp.Values // without the image's name
	errs    diag.List
}

// Decide decides everything that follows from the input, once for each image
// that the request is for. Its error, a diag.Errors, is about the request's
// target. Other errors are those of the decisions.
func Decide(in Input) (Decisions, error) {
	var errs diag.List
	validateImageNames(in.Spec, &errs)
	validateStageNames(in.Spec, &errs)
	names, target := selected(in.Spec, wanted(in), &errs)
	if err := errs.Err(); err != nil {
		return Decisions{}, err
	}
	if target == LockTarget {
		return Decisions{Lock: decideLock(in)}, nil
	}
	var ds Decisions
	for _, c := range decideCommons(in, target) {
		c.stamps = knownStamps(in, c.args, &c.errs)
		var own Decisions
		if IsCheck(target) && !c.hasNone(target) {
			own.Checks = []*Decision{c.decide("", target)}
		}
		for _, image := range c.images {
			if name := image.Name.Value; slices.Contains(names, name) {
				own.Images = append(own.Images, c.decide(name, target))
			}
		}
		if generates(in.Spec, target) && !c.hasNone(generateCheck) {
			generators := c.decide("", generateCheck)
			for _, d := range own.All() {
				d.generators = generators
			}
		}
		ds.Images, ds.Checks = append(ds.Images, own.Images...), append(ds.Checks, own.Checks...)
	}
	slices.SortStableFunc(ds.Images, func(a, b *Decision) int {
		return cmp.Compare(slices.Index(names, a.Image), slices.Index(names, b.Image))
	})
	return ds, nil
}

// decideCommon decides what the images of a project share.
func decideCommon(in Input, p *project.Project, s *shared) *common {
	c := &common{Input: in, shared: s, Project: p}
	c.args = readBuildArgs(in.Request.BuildArgs, in.Spec.Args, &c.errs)
	c.asked = chooseVersion(in.Spec, p, c.args.goVersion, &c.errs)
	c.version = lockedVersion(in, c.asked)
	c.modules = modules{
		project:  p,
		settings: in.Spec.Modules,
		args:     c.args.modules,
		vendored: chooseVendored(in.Spec, p, c.asked),
		contexts: in.Request.ContextNames(),
	}
	validateVendor(in.Spec, p, &c.errs)
	validateLines(c.modules, c.version, &c.errs)
	validateFilters(in.Request.Uncached, in.Spec, &c.errs)
	return c
}

// decide decides what is an image's own. A check has neither a base nor stamps
// or names: in a file of several images, these may be complete for each image
// alone.
func (c *common) decide(image, target string) *Decision {
	written := c.Spec.Find(image)
	errs := copyOf(c.errs)
	d := &Decision{common: c, Image: image, Target: target, written: written, image: written}
	d.toolchain = c.chooseToolchain(written, target, &errs)
	d.debug = chooseDebugging(written, target)
	d.stamps, _ = c.stamps.With("Image", image) // any name is valid
	if d.isImage() {
		d.base = chooseBase(written, &errs)
		d.fileImages = chooseFileImages(written, &errs)
		validatePlatforms(written, c.Request, target, &errs)
		validateCgo(written, d.base, &errs)
		validatePIE(written, d.base, &errs)
		validatePackages(written, d.base, target, &errs)
		d.validateToolexec(&errs)
		validateRepositories(written, c.images, &errs)
	}
	d.stages = d.usedStages(&errs)
	if c.Lock != nil {
		d.lock(&errs)
	}
	d.validate(&errs)
	if d.isImage() {
		c.validateProject(written, &errs)
		c.validateRequired(written, &errs)
	}
	if d.isImage() && target != LockTarget {
		d.image = stamped(written, d.stamps, &errs)
		d.checkout = d.chooseCheckout(&errs)
		d.validateDownloads(&errs)
		d.names, d.leftOut = naming{d.stamps, d.image.Image, c.Request, c.args.releases}.names(&errs)
	}
	d.wrong = errs
	return d
}

// isImage reports whether the decision is about an image.
func (d *Decision) isImage() bool { return !IsCheck(d.Target) }

// chooseToolchain chooses the toolchain of an image. Git is needed for modules
// from their own hosts, unless they are vendored and no check looks beyond that,
// and for programs of such modules.
func (c *common) chooseToolchain(image *spec.Spec, target string, errs *diag.List) toolchain {
	git := (!c.modules.vendored || fetchesAgain(c.Spec.Checks, target)) && c.modules.direct() || c.modules.directPrograms(image.Programs)
	t := chooseToolchain(image.Toolchain, c.asked, compilesC(image, c.Spec), git, errs)
	t.version, t.runsOn = c.version, c.Request.BuildPlatform
	return t
}

// validate reports what is wrong with an image, or with what the client asks
// of it.
func (d *Decision) validate(errs *diag.List) {
	if c, _ := findCheck(d.Target); d.modules.vendored && !c.fetches && d.Target != LockTarget {
		validateVendored(d.Project, d.version, errs)
	}
	validateLint(d, errs)
	validateBuildEnv(d.written.Build.Env, errs)
	validateFlags(d.written.Build, errs)
	validateStatic(d.written.Build, errs)
	validateBuildPackages(d.written, errs)
	validateProgramFlags(d.written.Main, d.written.Programs, errs)
	validateContexts(d.Request, d.refs, slices.Concat(d.replaceable, stageContexts(d.Input)), d.modules, errs)
	validatePack(d.toolchain, d.Spec.Cache, d.Target, errs)
	d.debug.validate(d.Request.Platforms, errs)
	if d.Request.Offline {
		d.validateOffline(errs)
	}
}

// validateOffline reports what a step has to fetch although the client takes
// the network away.
func (d *Decision) validateOffline(errs *diag.List) {
	const remove = "remove the flag: only the steps that fetch have a network"
	refuse := func(message, hint string) {
		errs.Add(diag.Diagnostic{At: diag.Range{File: "--network none"}, Message: message, Hint: hint})
	}
	if d.modules.downloads() && d.Target != LockTarget {
		refuse("modules have to be fetched", "run `go mod vendor`, or remove the flag: only the step that fetches has a network")
	}
	if d.toolchain.ref == "" && d.version.IsSet() {
		refuse("`toolchain: module` has to be fetched", "write `toolchain: image`, or remove the flag: only the step that fetches has a network")
	}
	for _, c := range d.runningChecks() {
		if c.program != nil {
			refuse(c.program.name+" has to be fetched", remove)
		}
	}
	if d.debug.on {
		refuse(delve.name+" has to be fetched", remove)
	}
	for _, prog := range d.written.Programs {
		refuse(prog.Key()+" has to be fetched", remove)
	}
}

// Plan makes the plan of an image. The decision is one of Decisions.Images.
func (d *Decision) Plan(found Found) (*plan.Plan, error) {
	errs := copyOf(d.wrong)
	p := d.planning(found, &errs).plan()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// Generators returns the decision about the generators that run before the
// build; nil if none do. They belong to the project and not to an image.
func (d *Decision) Generators() *Decision { return d.generators }

// ReplacedModules returns the directories that stand for modules by replace
// lines and that the request brings from elsewhere.
func (d *Decision) ReplacedModules() []Replaced { return d.modules.replaced() }

// copyOf returns a list with the same diagnostics, to add others to.
func copyOf(list diag.List) diag.List {
	var out diag.List
	out.Add(list.Sorted()...)
	return out
}
