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

// alike are the images of the file that one scan serves, and one step that
// picks their source: those for which the same build constraints hold.
type alike struct {
	images []*spec.Spec
	files  []string    // that the images look for in the context, cleaned
	mains  []string    // directories that the images name one by one
	needs  []string    // kinds of notes that are worth making for any of them
	named  []plan.Pick // what is picked for those that name their main packages one by one
}

// findAlike goes through the images of the file once, for all of them: each
// would otherwise go through all others.
func (c *common) findAlike(in Input, target string) {
	c.groups = map[string]*alike{}
	refs, files, mains, needs := set{}, map[string]set{}, map[string]set{}, map[string]set{}
	for _, image := range in.Spec.Each() {
		key := conditionsKey(image)
		group := c.groups[key]
		if group == nil {
			group, files[key], mains[key], needs[key] = &alike{}, set{}, set{}, set{}
			c.groups[key] = group
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
		for _, dir := range (packages{project: in.Project}).namedDirs(image) {
			mains[key].add(dir, &group.mains)
		}
		other := Decision{Input: in, common: c, Target: target, image: image}
		if dirs := other.namedMains(image); dirs != nil {
			group.named = append(group.named, other.pickOf(image, dirs))
		}
		refs.add(chooseToolchain(other, &ignored).ref, &c.refs)
		refs.add(base, &c.refs)
	}
	for _, group := range c.groups {
		slices.Sort(group.needs)
	}
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
func (c Decision) alike() alike {
	if group := c.groups[conditionsKey(c.image)]; group != nil {
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
func (d draft) foundPicks(own plan.Pick) []plan.Pick {
	var all []plan.Pick
	for _, image := range d.alike().images {
		if image.Name == d.image.Name {
			all = append(all, own)
			continue
		}
		if dirs := d.foundMains(image); dirs != nil {
			all = append(all, d.pickOf(image, dirs))
		}
	}
	return all
}

func (c Decision) pickOf(image *spec.Spec, mains []string) plan.Pick {
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
func (c Decision) namedMains(s *spec.Spec) []string {
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
	mains := packages{d.Project, d.found.Facts, &errs}.mains(s)
	if errs.Len() > 0 {
		return nil
	}
	return dirs(mains)
}
