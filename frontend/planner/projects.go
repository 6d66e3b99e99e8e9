package planner

import (
	"fmt"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// shared is what is decided once for all projects of a request.
type shared struct {
	projects    []*project.Project
	groups      map[string]*alike // images by the conditions of their build constraints
	refs        []string          // the images of all toolchains and bases, if build contexts may replace them
	replaceable []string          // the modules that build contexts can bring, by replace lines of any project
}

// decideCommons decides what images share, for each project that has main packages
// of images. An image without main packages is of the project at the root.
func decideCommons(in Input, target string) []*common {
	var all []*common
	s := &shared{}
	for _, image := range in.Spec.Each() {
		p := projectOf(in, image)
		i := slices.IndexFunc(all, func(c *common) bool { return c.Project == p })
		if i < 0 {
			s.projects = append(s.projects, p)
			i, all = len(all), append(all, decideCommon(in, p, s))
		}
		all[i].images = append(all[i].images, image)
	}
	s.groups = findAlike(all)
	validatePatterns(in.Spec, all)
	if len(in.Request.Contexts) > 0 {
		s.refs, s.replaceable = imageRefs(all, target), replaceable(all)
	}
	return all
}

// projectOf returns the project that an image is built in. If its main packages are
// of several projects, that is an error of the image, and the first of them counts.
func projectOf(in Input, image *spec.Spec) *project.Project {
	return in.Context.Of(mainNames(image))[0]
}

func mainNames(s *spec.Spec) []string {
	var names []string
	for _, m := range s.Main {
		names = append(names, m.Package.Value)
	}
	return names
}

// validateProject reports a main package whose go.mod is hidden, and an image with
// main packages of several projects: one go command builds all programs of an image.
func (c *common) validateProject(image *spec.Spec, errs *diag.List) {
	names := mainNames(image)
	for _, m := range image.Main {
		if name, ok := c.Context.Hidden(m.Package.Value, names); ok {
			errs.Add(diag.Diagnostic{
				At:      m.Package.At,
				Message: fmt.Sprintf("main: %s belongs to the module of %s, which the ignore file hides", m.Package.Value, name),
				Missing: []string{name},
			})
		}
	}
	if len(c.Context.Of(names)) < 2 {
		return
	}
	var dirs []string
	for _, p := range c.Context.Of(names) {
		for _, m := range p.Members {
			dirs = append(dirs, m.Dir)
		}
	}
	slices.Sort(dirs)
	first := image.Main[0].Package.Value
	for _, m := range image.Main[1:] {
		p := c.Context.Find(m.Package.Value, names)
		if p == c.Project {
			continue
		}
		errs.Add(diag.Diagnostic{
			At:      m.Package.At,
			Message: fmt.Sprintf("main: %s is in the module of %s, and %s in that of %s; one image is built in one module or workspace", m.Package.Value, p.File(), first, c.Project.File()),
			Hint:    fmt.Sprintf("list them as two images, or make the modules a workspace: `%s`", workInit(dirs)),
		})
		return
	}
}

// project returns what steps have to know of the project.
func (c *common) project() plan.Project {
	p := plan.Project{Dir: c.Project.Dir, NoWork: c.Project.NoWork}
	if p.Dir == "." {
		p.Dir = ""
	}
	return p
}

// imageRefs returns the images of all toolchains, bases and files, without repeats.
func imageRefs(all []*common, target string) []string {
	var refs []string
	have := set{}
	var ignored diag.List // an image's own build reports what is wrong
	for _, c := range all {
		for _, image := range c.images {
			have.add(c.chooseToolchain(image, target, &ignored).ref, &refs)
			have.add(chooseBase(image, &ignored).ref, &refs)
			for _, i := range chooseFileImages(image, &ignored) {
				have.add(i.ref, &refs)
			}
		}
	}
	return refs
}

// replaceable returns the modules that build contexts can bring for any project.
func replaceable(all []*common) []string {
	var names []string
	have := set{}
	for _, c := range all {
		for _, name := range c.modules.replaceable() {
			have.add(name, &names)
		}
	}
	return names
}
