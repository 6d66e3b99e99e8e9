package planner

import (
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
)

// Decisions is what one request is for. Exactly one of its fields is set.
type Decisions struct {
	Images []*Decision // in the order of the spec
	Check  *Decision   // a target of the whole project, such as a check
	Lock   *LockDecision
}

// All returns the decisions about images and checks.
func (ds Decisions) All() []*Decision {
	if ds.Check != nil {
		return []*Decision{ds.Check}
	}
	return ds.Images
}

// Decision is everything that follows from the input alone, for one image of
// a request or for a check of the project. It is made once, by Decide, and does
// not change. Its methods return an error, a diag.Errors, if anything is wrong
// with the input.
type Decision struct {
	Input
	*common
	Image  string // its name in a file of several; empty for the only one, and for a check
	Target string // what of the image is wanted, or which check: the name of one of Targets

	written    *spec.Spec // what holds for the image, as the spec says it
	image      *spec.Spec // the same, with values in the place of stamps
	stamps     stamp.Values
	toolchain  toolchain
	base       base
	names      []string  // of the image, with tags
	leftOut    []LeftOut // tags that it does not get
	generators *Decision // nil if none run before the build
	wrong      diag.List
}

// common is what is decided once for all images of a request.
type common struct {
	args     buildArgs
	asked    project.Version // of Go, whatever the lock says
	version  project.Version // of Go, as the lock has it; not set if only the toolchain image knows
	stamps   stamp.Values    // without the image's name
	vendored bool
	groups   map[string]*alike // images by the conditions of their build constraints
	refs     []string          // the images of all toolchains and bases, without repeats
	errs     diag.List
}

// Decide decides all that follows from the input, once for each image that the
// request is for. Its error, a diag.Errors, is about the request's target. Other
// errors are those of the decisions.
func Decide(in Input) (Decisions, error) {
	var errs diag.List
	validateImageNames(in.Spec, &errs)
	names, target := selected(in.Spec, wanted(in), &errs)
	if err := errs.Err(); err != nil {
		return Decisions{}, err
	}
	if target == LockTarget {
		return Decisions{Lock: decideLock(in)}, nil
	}
	c := decideCommon(in, target)
	var ds Decisions
	if IsCheck(target) {
		ds.Check = c.decide(in, "", target)
	}
	for _, name := range names {
		ds.Images = append(ds.Images, c.decide(in, name, target))
	}
	if generates(in.Spec, target) {
		generators := c.decide(in, "", GenerateTarget)
		for _, d := range ds.All() {
			d.generators = generators
		}
	}
	return ds, nil
}

// decideCommon decides what all images share.
func decideCommon(in Input, target string) *common {
	c := &common{}
	c.args = readBuildArgs(in.Request.BuildArgs, &c.errs)
	c.asked = chooseVersion(in, c.args, &c.errs)
	c.version = lockedVersion(in, c.asked)
	c.vendored = chooseVendored(in.Spec, in.Project, c.asked)
	validateVendor(in, &c.errs)
	validateVendorCheck(in, &c.errs)
	if target != LockTarget {
		c.stamps = knownStamps(in.Request, c.args, &c.errs)
	}
	c.findAlike(in, target)
	return c
}

// decide decides what is an image's own. A check has neither a base nor stamps
// or names: in a file of several images, these may be complete for each image
// alone.
func (c *common) decide(in Input, image, target string) *Decision {
	written := in.Spec.Find(image)
	d := Decision{Input: in, common: c, Image: image, Target: target, written: written, image: written}
	errs := copyOf(c.errs)
	d.toolchain = chooseToolchain(d, &errs)
	if d.ofImage() {
		d.base = chooseBase(written, &errs)
	}
	d = d.locked(&errs)
	d.validate(&errs)
	d.stamps, _ = c.stamps.With("Image", image) // any name is valid
	if d.ofImage() && target != LockTarget {
		d.image = d.stamped(&errs)
		d = d.named(&errs)
	}
	d.wrong = errs
	return &d
}

// ofImage reports whether the decision is about an image.
func (c Decision) ofImage() bool { return !IsCheck(c.Target) }

// validate reports what is wrong with an image, or with what the client asks
// of it.
func (c Decision) validate(errs *diag.List) {
	for _, v := range []func(Decision, *diag.List){
		validatePlatforms, validateVendored, validateLines, validateBuild, validateFlags, validateCgo,
		validateContexts, validateFilters, validateNetwork, validatePack, validateDebug, validatePrograms,
	} {
		v(c, errs)
	}
}
