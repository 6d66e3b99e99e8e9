package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// common is what is found once for all images of a file. Each image would
// otherwise go through all others.
type common struct {
	alike map[string]*alike // by conditions
	refs  []string          // of all images: toolchains and bases, without repeats
}

// alike are the images of the file that one scan serves, and one step that
// picks their source: those for which the same build constraints hold.
type alike struct {
	images []*spec.Spec
	files  []string    // that the images look for in the context, cleaned
	mains  []string    // directories that the images name one by one
	needs  []string    // kinds of notes that are worth making for any of them
	named  []plan.Pick // what is picked for those that name their main packages one by one
}

// findCommon goes through the images of a file.
func findCommon(c choices) *common {
	found := &common{alike: map[string]*alike{}}
	refs, files, mains, needs := set{}, map[string]set{}, map[string]set{}, map[string]set{}
	for _, image := range c.file.Each() {
		key := conditionsKey(image)
		group := found.alike[key]
		if group == nil {
			group, files[key], mains[key], needs[key] = &alike{}, set{}, set{}, set{}
			found.alike[key] = group
		}
		group.images = append(group.images, image)
		var ignored diag.List // an image's own build reports what is wrong
		base := chooseBase(image, &ignored).ref
		for _, kind := range lackingOf(base, image) {
			needs[key].add(kind, &group.needs)
		}
		for _, f := range image.Run.Files {
			files[key].add(path.Clean(f.From.Value), &group.files)
		}
		for _, dir := range (packages{project: c.Project}).namedDirs(image) {
			mains[key].add(dir, &group.mains)
		}
		other := c
		other.Spec = image
		if dirs := c.namedMains(image); dirs != nil {
			group.named = append(group.named, other.pickOf(image, dirs))
		}
		refs.add(chooseToolchain(other, &ignored).ref, &found.refs)
		refs.add(base, &found.refs)
	}
	for _, group := range found.alike {
		slices.Sort(group.needs)
	}
	return found
}

// set is the words that a list has.
type set map[string]bool

// add appends a word to the list unless it is empty or there already.
func (s set) add(word string, list *[]string) {
	if word != "" && !s[word] {
		s[word] = true
		*list = append(*list, word)
	}
}

// alike are the images that share the conditions of this one.
func (c choices) alike() alike {
	if group := c.common.alike[conditionsKey(c.Spec)]; group != nil {
		return *group
	}
	return alike{}
}

// conditionsKey is the same for images for which the same build constraints
// hold.
func conditionsKey(s *spec.Spec) string {
	return fmt.Sprint(s.Build.Cgo.Value, sortedTags(s))
}

func sortedTags(s *spec.Spec) []string {
	return slices.Sorted(slices.Values(values(s.Build.Tags)))
}

// shared has a step that picks the source of an image do so for all images
// that are alike, so that one step serves all of them.
func shared(s *plan.Source, all []plan.Pick) *plan.Source {
	if len(all) > 1 {
		s.Beside, s.Name = all, pickName(all)
	}
	return s
}

// found is what a step picks for this image and for those that are alike.
// Images whose main packages are unknown are left to their own builds.
func (d draft) found(own plan.Pick) []plan.Pick {
	var all []plan.Pick
	for _, image := range d.alike().images {
		if image.Name == d.Spec.Name {
			all = append(all, own)
			continue
		}
		if dirs := d.foundMains(image); dirs != nil {
			all = append(all, d.pickOf(image, dirs))
		}
	}
	return all
}

func (c choices) pickOf(image *spec.Spec, mains []string) plan.Pick {
	return plan.Pick{
		Image:      image.Name.Value,
		Conditions: c.conditions(),
		PGO:        image.Build.Pgo.Value,
		NoModules:  c.Project.Shared() && !c.downloads(),
		Mains:      mains,
	}
}

// pickName is what users read while the source of several images is picked.
func pickName(picks []plan.Pick) string {
	const most = 4 // A longer list hides the error that follows it.
	if len(picks) > most {
		return fmt.Sprintf("pick the source of %d images", len(picks))
	}
	var names []string
	for _, p := range picks {
		names = append(names, p.Image)
	}
	return "pick the source of " + strings.Join(names, ", ")
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
