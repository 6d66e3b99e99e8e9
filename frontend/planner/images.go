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

// wanted returns the target that a request is for. A question is about all
// images if its target names none of them, and so is a lock.
func wanted(in Input) string {
	target := in.Request.Target
	switch {
	case !in.Request.Asks || target != "" && target != LockTarget:
		return target
	case len(in.Spec.Images) > 0:
		return AllTarget
	}
	return ""
}

// selected returns the names of the images that a target means and what of
// them is built. Targets are NAME, for an image; KIND, as Targets lists them,
// for all images; and NAME/KIND. The name of the only image of a file is empty.
// A target of the whole project means no image.
func selected(s *spec.Spec, target string, errs *diag.List) (names []string, kind string) {
	all := imageNames(s)
	name, kind, slash := strings.Cut(target, "/")
	switch {
	case isOfProject(target):
		return nil, target
	case len(all) == 0:
		validateTarget(target, kindNames(), errs)
		return []string{""}, target
	case slices.Contains(all, name) && (!slash || ofImages(kind)):
		return []string{name}, kind
	case target == AllTarget, target == "" && len(all) == 1:
		return all, ""
	case target == "":
		errs.Add(unnamed(s))
	case ofImages(target):
		return all, target
	default:
		validateTarget(target, slices.Concat(all, []string{AllTarget}, kindNames(), imageKinds(all)), errs)
	}
	return nil, ""
}

// isOfProject reports whether a target is one of the whole project.
func isOfProject(target string) bool {
	return slices.Contains(kindNames(), target) && !ofImages(target)
}

// unnamed reports a request that names none of several images.
func unnamed(s *spec.Spec) diag.Diagnostic {
	all := imageNames(s)
	return diag.Diagnostic{
		At:      s.Images[0].Name.At,
		Message: strconv.Itoa(len(all)) + " images, and no --target names one of them: " + someOf(all),
		Hint:    "build one with --target " + all[0] + ", or all of them with --target " + AllTarget,
	}
}

// validateImageNames reports images with the name of a target.
func validateImageNames(s *spec.Spec, errs *diag.List) {
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

// imageKinds returns the targets that name an image and what of it is built.
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

// someOf lists words; only the first of them if they are many.
func someOf(words []string) string {
	if n := len(words); n > mostNamed {
		words = append(slices.Clone(words[:mostNamed]), "and "+strconv.Itoa(n-mostNamed)+" more")
	}
	return strings.Join(words, ", ")
}
