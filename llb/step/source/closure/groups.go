package closure

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/groups"
	"github.com/gohull/gohull/llb/step"
)

// Group is packages of the context that are compiled together, with the files
// that they are made of.
type Group struct {
	Name    string
	Members []Member
	Files   []string // as of Result
	Links   []Link
	WorkSum []byte
}

// Member is a package of a group. A part without packages has one without Path.
type Member struct {
	Part string
	Path string // to import it by
}

// findGroups returns the groups that the main packages of v need, as package
// groups divides the packages that a scan found. The scan may be wrong in details:
// what the walk has not visited is left out. Each group gets the closure of its
// packages.
func (w *walk) findGroups(v step.Closure, asked Asked) ([]Group, error) {
	var packages []groups.Package
	for _, n := range asked.Graph {
		packages = append(packages, groups.Package(n))
	}
	var all []Group
	for _, c := range divide(packages, v, asked) {
		g := Group{Name: c.Name(), WorkSum: asked.WorkSum}
		var dirs []string
		for _, part := range c.Parts {
			members := w.members(part)
			g.Members = append(g.Members, members...)
			dirs = append(dirs, part.Dirs...)
		}
		var err error
		if g.Files, g.Links, err = w.closureOf(v, slices.DeleteFunc(dirs, func(dir string) bool { return !w.seen[dir] })); err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}

// divide returns the groups that the main packages of v need, or the tests of others.
func divide(packages []groups.Package, v step.Closure, asked Asked) []groups.Compiled {
	if !v.OfOthers {
		return groups.For(packages, cleaned(v.Mains), v.PGO != "off")
	}
	all, _ := groups.ForTests(packages, asked.Tested)
	return all
}

func cleaned(dirs []string) []string {
	var all []string
	for _, dir := range dirs {
		all = append(all, path.Clean(dir))
	}
	return all
}

// members returns the packages of a part that were visited.
func (w *walk) members(part groups.Part) []Member {
	var all []Member
	for _, dir := range part.Dirs {
		if m, ok := w.project.moduleOf(dir); ok && w.seen[dir] {
			all = append(all, Member{part.Name(), m.ImportPath(dir)})
		}
	}
	if len(all) == 0 {
		all = []Member{{Part: part.Name()}}
	}
	return all
}

// closureOf returns what some packages are made of, and what the project is known
// by. It begins anew with what the walk has read already.
func (w *walk) closureOf(v step.Closure, dirs []string) ([]string, []Link, error) {
	v = step.Closure{Project: v.Project, Tags: v.Tags, Platforms: v.Platforms, Go: v.Go, Cgo: v.Cgo, PGO: "off", Files: v.Files, Mains: dirs, NoModules: true}
	t := newTree(w.tree.fsys)
	t.places, t.listings = w.tree.places, w.tree.listings
	own, err := newWalk(t, v)
	if err != nil {
		return nil, nil, err
	}
	own.loaded = w.loaded
	if err := own.mains(v); err != nil {
		return nil, nil, err
	}
	if err := own.all(); err != nil {
		return nil, nil, err
	}
	return t.fileList(), t.linkList(), nil
}

// groups writes groups.
func (w writer) groups(r Result) error {
	has := map[string]bool{}
	for _, name := range r.Files {
		has[name] = true
	}
	for _, g := range r.Groups {
		if err := w.group(g, r.Project, has); err != nil {
			return err
		}
	}
	return nil
}

// group writes a group. Large files that the closure has are not copied again: they
// get another name. The small ones go to an archive.
func (w writer) group(g Group, project string, has map[string]bool) error {
	dir := step.GroupDir(g.Name)
	var list strings.Builder
	for _, m := range g.Members {
		list.WriteString(step.PartDir(m.Part) + " " + m.Path + "\n")
	}
	if err := w.write(path.Join(dir, step.MembersDir, step.MembersFile), list.String()); err != nil {
		return err
	}
	small, err := w.newArchive(path.Join(dir, step.MembersDir, step.SmallFile))
	if err != nil {
		return err
	}
	err = w.putAll(path.Join(dir, step.ClosureDir), g.Files, g.Links, func(to, name string) error {
		switch isSmall, err := small.add(w.from, name); {
		case isSmall || err != nil:
			return err
		case has[name]:
			return w.linkFile(to, name)
		}
		return w.copyFile(to, name)
	})
	if err == nil && g.WorkSum != nil {
		err = small.write(path.Join(project, workSum), 0o644, g.WorkSum)
	}
	return errors.Join(err, small.close())
}

// linkFile gives a file of the closure another name.
func (w writer) linkFile(to, name string) error {
	if err := w.makeDir(path.Dir(to)); err != nil {
		return err
	}
	return w.root.Link(path.Join(step.ClosureDir, name), to)
}
