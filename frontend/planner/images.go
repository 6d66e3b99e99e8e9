package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// AllTarget is the target of all images of a file.
const AllTarget = "all"

// Images gives an input for each image that a request is for, as its target
// says. Targets are NAME, for an image; KIND, as Targets lists them, for all
// images; and NAME/KIND. What is no image's, such as a check, is one input.
// Its error is a diag.Errors.
func Images(in Input) ([]Input, error) {
	var errs diag.List
	checkImageNames(in.Spec, &errs)
	names, kind := selected(in, &errs)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	in.Request.Target = kind
	in.common = commonOf(in)
	if names == nil {
		return []Input{in}, nil
	}
	var all []Input
	for _, name := range names {
		one := in
		one.Image = name
		all = append(all, one)
	}
	return all, nil
}

// commonOf is what the images of an input's file have in common.
func commonOf(in Input) *common {
	in.Image = ""
	c, _ := choose(in)
	return c.common
}

// Asked gives an input for each image that a question is about: those of its
// target, and all images where the target names none. A lock is about all
// images as well. Its error is a diag.Errors.
func Asked(in Input) ([]Input, error) {
	if t := in.Request.Target; t == LockTarget || t == "" && len(in.Spec.Images) > 0 {
		in.Request.Target = AllTarget
		if len(in.Spec.Images) == 0 {
			in.Request.Target = ""
		}
	}
	return Images(in)
}

// selected are the names of the images that a target means, nil for the top
// level of the file, and what of them is built.
func selected(in Input, errs *diag.List) (names []string, kind string) {
	target := in.Request.Target
	if len(in.Spec.Images) == 0 {
		checkTarget(target, kindNames(), errs)
		return nil, target
	}
	all := imageNames(in.Spec)
	name, kind, slash := strings.Cut(target, "/")
	switch {
	case slices.Contains(all, name) && (!slash || ofImages(kind)):
		return []string{name}, kind
	case target == AllTarget, target == "" && len(all) == 1:
		return all, ""
	case target == "":
		errs.Add(unnamed(in.Spec))
	case slices.Contains(kindNames(), target) && !ofImages(target):
		return nil, target
	case ofImages(target):
		return all, target
	default:
		checkTarget(target, slices.Concat(all, []string{AllTarget}, kindNames(), imageKinds(all)), errs)
	}
	return nil, ""
}

// unnamed is a request that says of none of several images that it is for it.
func unnamed(s *spec.Spec) diag.Diagnostic {
	all := imageNames(s)
	return diag.Diagnostic{
		At:      s.Images[0].Name.At,
		Message: strconv.Itoa(len(all)) + " images, and no --target names one of them: " + someOf(all),
		Hint:    "build one with --target " + all[0] + ", or all of them with --target " + AllTarget,
	}
}

// checkImageNames finds images that no --target could mean.
func checkImageNames(s *spec.Spec, errs *diag.List) {
	for _, image := range s.Images {
		if name := image.Name; name.Value == AllTarget || slices.Contains(kindNames(), name.Value) {
			errs.Add(diag.Diagnostic{
				At:      name.At,
				Message: "images: " + strconv.Quote(name.Value) + " is a target of every file",
				Hint:    "give the image another name",
			})
		}
	}
}

func imageNames(s *spec.Spec) []string {
	var names []string
	for _, image := range s.Images {
		names = append(names, image.Name.Value)
	}
	return names
}

// ofImages reports whether a target is one that each image has.
func ofImages(kind string) bool {
	return slices.ContainsFunc(Targets(), func(t Target) bool { return t.Name == kind && t.OfImage })
}

// imageKinds are the targets that name an image and what of it is built.
func imageKinds(images []string) []string {
	var all []string
	for _, image := range images {
		for _, t := range Targets() {
			if t.OfImage {
				all = append(all, image+"/"+t.Name)
			}
		}
	}
	return all
}

// someOf lists words, the first of them when they are many.
func someOf(words []string) string {
	if n := len(words); n > mostNamed {
		words = append(slices.Clone(words[:mostNamed]), "and "+strconv.Itoa(n-mostNamed)+" more")
	}
	return strings.Join(words, ", ")
}
