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
	files   []string // that the images look for in the context, cleaned
	mains   []string // directories that the images name one by one
	modes   []string // those of files whose modes matter
	needs   []string // kinds of notes that are worth making for any of them
	grouped bool     // whether packages of any of them are divided into groups

	batches []*batch
	has     map[*[]string]set // the words that each list has
}

// batch is some of the images that are alike. One step picks the source of all of
// them. Each of them has the whole step in its definition, so a step for all images
// of a large file would make definitions that grow with the square of their number.
type batch struct {
	images []ofProject
	picks  []plan.Pick // what is picked for those that name their main packages one by one
}

// mostInBatch is how many images share a step: few definitions are larger than 20 KB
// then, and few files need a second step.
const mostInBatch = 50

// ofProject is an image and the project that it is built in.
type ofProject struct {
	*common
	image *spec.Spec
}

// findAlike goes through the images of the file once, for all of them: each
// would otherwise go through all others.
func findAlike(all []*common) map[string]*alike {
	groups := map[string]*alike{}
	for _, c := range all {
		for _, image := range c.images {
			key := c.conditionsKey(image)
			if groups[key] == nil {
				groups[key] = &alike{has: map[*[]string]set{}}
			}
			groups[key].include(ofProject{c, image})
		}
	}
	for _, group := range groups {
		slices.Sort(group.needs)
	}
	return groups
}

// include adds an image.
func (a *alike) include(i ofProject) {
	to := a.batch()
	to.images = append(to.images, i)
	var ignored diag.List // an image's own build reports what is wrong
	for _, kind := range noteKinds(chooseBase(i.image, &ignored).ref, i.image) {
		a.add(&a.needs, kind)
	}
	for _, f := range i.image.Run.Files {
		if f.Source() != "from" {
			continue
		}
		name := path.Clean(f.From.Value)
		a.add(&a.files, name)
		if f.Mode.Value == keepModes {
			a.add(&a.modes, name)
		}
	}
	for _, f := range namedFiles(i.image) {
		a.add(&a.files, f.name())
	}
	a.grouped = a.grouped || i.grouped(i.image)
	for _, dir := range (packages{project: i.Project}).namedDirs(i.image) {
		a.add(&a.mains, dir)
	}
	if dirs := i.namedMains(i.image); dirs != nil {
		to.picks = append(to.picks, i.imagePick(i.image, dirs))
	}
}

// batch returns the batch that the next image belongs to.
func (a *alike) batch() *batch {
	if n := len(a.batches); n > 0 && len(a.batches[n-1].images) < mostInBatch {
		return a.batches[n-1]
	}
	b := &batch{}
	a.batches = append(a.batches, b)
	return b
}

// batchOf returns the batch that an image is in.
func (a *alike) batchOf(image *spec.Spec) batch {
	for _, b := range a.batches {
		if slices.ContainsFunc(b.images, func(i ofProject) bool { return i.image.Name == image.Name }) {
			return *b
		}
	}
	return batch{}
}

// add adds a word to one of the lists.
func (a *alike) add(list *[]string, word string) {
	if a.has[list] == nil {
		a.has[list] = set{}
	}
	a.has[list].add(word, list)
}

// set is the words that a list has.
type set map[string]bool

// add appends a word to the list unless it is empty or the list has it.
func (s set) add(word string, list *[]string) {
	if word != "" && !s[word] {
		s[word] = true
		*list = append(*list, word)
	}
}

// alike returns the images that share the conditions of one.
func (c *common) alike(image *spec.Spec) alike {
	if group := c.groups[c.conditionsKey(image)]; group != nil {
		return *group
	}
	return alike{}
}

// conditionsKey returns the same key for images for which the same build
// constraints hold.
func (c *common) conditionsKey(s *spec.Spec) string {
	return fmt.Sprint(s.Build.Cgo.Value, sortedTags(s), c.version.Value)
}

func sortedTags(s *spec.Spec) []string {
	return slices.Sorted(slices.Values(buildTags(s.Build)))
}

// conditions returns what the build constraints of an image are decided by.
func (c *common) conditions(image *spec.Spec, platforms []plan.Platform) plan.Conditions {
	var names []string
	for _, p := range platforms {
		names = append(names, goPlatform(p))
	}
	slices.Sort(names)
	return plan.Conditions{
		Tags:      sortedTags(image),
		Platforms: slices.Compact(names),
		Go:        c.version.Value,
		Cgo:       image.Build.Cgo.Value,
	}
}

// pick returns what is picked for some main packages of an image.
func (c *common) pick(image *spec.Spec, platforms []plan.Platform, mains []string) plan.Pick {
	return plan.Pick{
		Image:      image.Name.Value,
		Project:    c.project(),
		Conditions: c.conditions(image, platforms),
		PGO:        image.Build.Pgo.Value,
		NoModules:  c.Project.Shared() && !c.modules.downloads(),
		Mains:      mains,
		Files:      values(image.Build.Files),
	}
}

// sourceStep picks the source of main packages.
func sourceStep(s *spec.Spec, names string, pick plan.Pick) plan.Source {
	return plan.Source{
		Step: plan.Step{ID: "source", Name: "pick the source of " + names, At: spans(s.File, mainLines(s)...)},
		Pick: pick,
	}
}

// together makes a step that picks the source of an image do so for its whole batch.
func together(s plan.Source, all []plan.Pick) plan.Source {
	if len(all) > 1 {
		s.All, s.Name = all, pickName(all)
	}
	return s
}

// asking picks the source twice if modules may import packages of the context:
// before the modules are fetched, and when they have said which they import.
func (m modules) asking(s plan.Source, imports string) plan.Source {
	if m.downloads() && m.project.Shared() {
		s.Imports = &plan.Step{ID: s.ID, Name: "find what " + imports, At: s.At}
	}
	return s
}

// foundPicks returns what a step picks for this image and for those that are
// alike. Images whose main packages are unknown are left to their own builds.
func (p planning) foundPicks(own plan.Pick) []plan.Pick {
	var all []plan.Pick
	group := p.alike(p.spec)
	for _, other := range group.batchOf(p.spec).images {
		if other.image.Name == p.spec.Name {
			all = append(all, own)
			continue
		}
		var ignored diag.List
		mains := packages{other.Project, p.found.Facts, &ignored}.mains(other.image)
		if ignored.Len() == 0 && len(mains) > 0 {
			all = append(all, other.imagePick(other.image, mainDirs(mains)))
		}
	}
	return all
}

// pickName returns what users read while the source of several images is
// picked.
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

// namedMains returns the directories of the main packages that a spec names
// one by one; nil if it does not. Whether they are main packages, only a scan
// tells.
func (c *common) namedMains(s *spec.Spec) []string {
	if len(s.Main) == 0 {
		return nil
	}
	mains := []string{}
	for _, m := range s.Main {
		if c.Project.HasRequired(m.Package.Value) {
			continue
		}
		dir, ok := packages{project: c.Project}.dir(m.Package.Value)
		if !ok || strings.HasSuffix(dir, "...") {
			return nil
		}
		if !slices.Contains(mains, dir) {
			mains = append(mains, dir)
		}
	}
	return mains
}
