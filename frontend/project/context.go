package project

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
)

// Context is the Go projects of a build context, as far as main packages belong
// to them.
//
// A main package belongs to the module of the nearest go.mod, in its directory or
// above. If a go.work in the directory of that go.mod or above names the module,
// the project is that workspace; otherwise it is the module alone.
type Context struct {
	finder   finder
	all      finder // with the files that the ignore file hides
	projects map[place]*Project
}

// ParseContext parses the projects that the main packages of images belong to, as
// a spec names these packages. If it names none, the project is the one at the
// root of the context. The error is a diag.Errors with everything that is wrong.
func ParseContext(files Files, images [][]string) (*Context, error) {
	c := &Context{newFinder(files), newFinder(files), map[place]*Project{}}
	var errs diag.List
	for _, at := range c.finder.places(images) {
		p, err := parse(files, at)
		if err != nil {
			errs.Add(err.(diag.Errors)...)
		}
		c.projects[at] = p
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// With returns the context with what is known about it beyond the files: those
// that the ignore file hides, and the directory of the context below the root
// of its checkout.
func (c *Context) With(hidden Files, below string) *Context {
	files := maps.Clone(hidden)
	maps.Copy(files, c.finder.files)
	out := &Context{c.finder, newFinder(files), map[place]*Project{}}
	for at, p := range c.projects {
		known := *p
		known.Hidden, known.Below = hidden, below
		out.projects[at] = &known
	}
	return out
}

// Of returns the projects that the main packages of an image belong to, in the
// order of these packages. There is at least one.
func (c *Context) Of(mains []string) []*Project {
	var all []*Project
	for _, at := range c.finder.places([][]string{mains}) {
		all = append(all, c.projects[at])
	}
	return all
}

// Hidden returns the name of the go.mod that a main package of an image would
// belong to, if the ignore file did not hide it. It reports false if that makes no
// difference, or if the main package would then belong to no module at all.
func (c *Context) Hidden(main string, mains []string) (name string, ok bool) {
	dir, ok := c.finder.dir(main, c.finder.modules(mains))
	if !ok {
		return "", false
	}
	seen, ok := c.finder.moduleDir(dir)
	own, _ := c.all.moduleDir(dir)
	return path.Join(own, ModFile), ok && own != seen
}

// Find returns the project of one of the main packages of an image.
func (c *Context) Find(main string, mains []string) *Project {
	dir, ok := c.finder.dir(main, c.finder.modules(mains))
	if !ok {
		return c.Of(mains)[0]
	}
	return c.projects[c.finder.place(dir)]
}

// place is where a project is.
type place struct {
	dir    string
	noWork bool // whether a go.work of the context is not used
}

// workFile returns the name of the go.work; empty if none is used.
func (at place) workFile() string {
	if at.noWork {
		return ""
	}
	return path.Join(at.dir, WorkFile)
}

// root is the place of the project at the root of the context.
var root = place{dir: "."}

// finder finds the projects of main packages.
type finder struct {
	files Files
	works map[string]*Work // by directory; nil for one with errors
}

func newFinder(files Files) finder {
	f := finder{files, map[string]*Work{}}
	for name, data := range files {
		if path.Base(name) == WorkFile {
			var ignored diag.List
			f.works[path.Dir(name)] = parseWork(name, data, &ignored)
		}
	}
	return f
}

// places returns where the projects of images are, without repeats.
func (f finder) places(images [][]string) []place {
	var all []place
	add := func(at place) {
		if !slices.Contains(all, at) {
			all = append(all, at)
		}
	}
	for _, mains := range images {
		dirs := f.dirs(mains)
		for _, dir := range dirs {
			add(f.place(dir))
		}
		if len(dirs) == 0 {
			add(root)
		}
	}
	if len(images) == 0 {
		add(root)
	}
	return all
}

// place returns the project of a directory.
func (f finder) place(dir string) place {
	dir, ok := f.moduleDir(dir)
	if !ok {
		return root
	}
	at := place{dir: dir}
	for above := dir; ; above = path.Dir(above) {
		if work, ok := f.works[above]; ok {
			if work == nil || work.uses(dir) {
				return place{dir: above}
			}
			at.noWork = true
		}
		if above == "." {
			return at
		}
	}
}

// moduleDir returns the directory of the nearest go.mod.
func (f finder) moduleDir(dir string) (string, bool) {
	for ; ; dir = path.Dir(dir) {
		if _, ok := f.files[path.Join(dir, ModFile)]; ok {
			return dir, true
		}
		if dir == "." {
			return "", false
		}
	}
}

// uses reports whether a go.work names the module of a directory.
func (w *Work) uses(dir string) bool {
	return slices.ContainsFunc(w.Use, func(u Use) bool { return u.Dir == dir })
}

// dirs returns the directories that some entries of the key `main` are about. An
// import path that no module of the context has belongs to no directory.
func (f finder) dirs(mains []string) []string {
	modules := f.modules(mains)
	var dirs []string
	for _, main := range mains {
		if dir, ok := f.dir(main, modules); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// modules returns the modules that import paths among the entries of an image may
// mean: those of the project at the root, and those of the other entries.
func (f finder) modules(mains []string) []gomod.Module {
	places := []place{root, f.place(".")}
	for _, main := range mains {
		if dir, ok := localDir(main); ok {
			places = append(places, f.place(dir))
		}
	}
	var all []gomod.Module
	for _, at := range places {
		if p, err := parse(f.files, at); err == nil {
			all = append(all, p.Modules()...)
		}
	}
	return all
}

// dir returns the directory that an entry of the key `main` is about: a package,
// or what is below it.
func (f finder) dir(main string, modules []gomod.Module) (string, bool) {
	importPath, _ := strings.CutSuffix(main, "/...")
	if places := gomod.Places(modules, importPath); len(places) > 0 {
		return places[0].Dir, true
	}
	return localDir(main)
}

// localDir returns the directory that an entry names as such. A first element
// with a dot is that of an import path.
func localDir(main string) (string, bool) {
	dir := path.Clean(strings.TrimSuffix(main, "..."))
	isLocal := main == "." || strings.HasPrefix(main, "./") || gomod.IsStandard(main)
	if !isLocal || path.IsAbs(dir) || dir == ".." || strings.HasPrefix(dir, "../") {
		return "", false
	}
	return dir, true
}
