package planner

import (
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// alike are the images of the file that one scan serves, and one step that
// picks their source: those for which the same build constraints hold.
func (c choices) alike() []*spec.Spec {
	var all []*spec.Spec
	for _, image := range c.file.Each() {
		if image.Name == c.Spec.Name {
			image = c.Spec // as it holds for this build
		}
		if sameConditions(image, c.Spec) {
			all = append(all, image)
		}
	}
	return all
}

func sameConditions(a, b *spec.Spec) bool {
	return a.Build.Cgo.Value == b.Build.Cgo.Value && slices.Equal(sortedTags(a), sortedTags(b))
}

func sortedTags(s *spec.Spec) []string {
	return slices.Sorted(slices.Values(values(s.Build.Tags)))
}

// shared has a step that picks the source of an image do so for all that are
// alike, whose main packages are given by a function.
func (c choices) shared(s *plan.Source, mains func(*spec.Spec) []string) *plan.Source {
	if s.Beside = c.beside(s.Pick, mains); s.Beside != nil {
		s.Name = pickName(s.Beside)
	}
	return s
}

// beside gives what a step picks for this image and for those that are alike,
// so that one step serves all of them. Images whose main packages are not
// known are left to their own builds. It is nil without other images.
func (c choices) beside(own plan.Pick, mains func(*spec.Spec) []string) []plan.Pick {
	var all []plan.Pick
	for _, image := range c.alike() {
		if image == c.Spec {
			all = append(all, own)
			continue
		}
		if dirs := mains(image); dirs != nil {
			all = append(all, c.pickOf(image, dirs))
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

func (c choices) pickOf(image *spec.Spec, mains []string) plan.Pick {
	return plan.Pick{
		Image:      image.Name.Value,
		Conditions: c.conditions(),
		PGO:        image.Build.Pgo.Value,
		Mains:      mains,
	}
}

// pickName is what users read while the source of several images is picked.
func pickName(picks []plan.Pick) string {
	var names []string
	for _, p := range picks {
		names = append(names, p.Image)
	}
	return "pick the source of " + someOf(names)
}

// namedMains are the folders of the main packages that a spec names one by
// one, nil when it does not. Whether they are main packages, a scan has to
// tell.
func (c choices) namedMains(s *spec.Spec) []string {
	var mains []string
	for _, m := range s.Main {
		dir, ok := packages{project: c.Project}.dir(m.Value)
		if !ok || strings.HasSuffix(dir, "...") {
			return nil
		}
		if !slices.Contains(mains, dir) {
			mains = append(mains, dir)
		}
	}
	return mains
}

// foundMains are the folders of the main packages of a spec, nil when
// something is wrong with it.
func (d draft) foundMains(s *spec.Spec) []string {
	var errs diag.List
	mains := packages{d.Project, d.answers.Facts, &errs}.mains(s)
	if errs.Len() > 0 {
		return nil
	}
	return dirs(mains)
}

// scannedFiles are the paths that the files of all images look for.
func (c choices) scannedFiles() []string {
	var all []string
	for _, image := range c.alike() {
		for _, f := range image.Run.Files {
			if name := path.Clean(f.From.Value); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// scannedNeeds are the kinds of notes that are worth making for any image.
func (c choices) scannedNeeds() []string {
	var all []string
	for _, image := range c.alike() {
		var ignored diag.List // an image's own build tells
		for _, kind := range lackingOf(chooseBase(image, &ignored).ref, image) {
			if !slices.Contains(all, kind) {
				all = append(all, kind)
			}
		}
	}
	slices.Sort(all)
	return all
}
