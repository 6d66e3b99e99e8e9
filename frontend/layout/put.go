package layout

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// MakeDirs makes directories for their owners if the tree lacks them. It returns
// the directories of that layer, and the names that were missing. The names are
// clean. A parent in the list is made before what is below it, so that it has
// its own owner. MakeDirs reports a conflict with the name.
func (t *Tree) MakeDirs(owners map[string]Owner, by string, tell func(string, *Conflict)) (dirs []plan.Dir, made []string) {
	var places []string
	for _, name := range slices.Sorted(maps.Keys(owners)) {
		place, c := t.destination(name)
		switch n, found := t.nodes[place]; {
		case c != nil:
			tell(name, c)
		case t.dir(place):
		case found:
			tell(name, conflict("", "%s is %s", name, n.what()))
		default:
			t.makeDir(place, by, owners[name])
			places, made = append(places, place), append(made, name)
		}
	}
	return t.dirs(places), made
}

// SetDir makes a directory, for root if the attributes have no owner, or sets
// the attributes of the one that is there. It returns the directories of that
// layer; none if nothing changes.
func (t *Tree) SetDir(to, by string, a Attributes) ([]plan.Dir, *Conflict) {
	place, c := t.destination(to)
	if c != nil {
		return nil, c
	}
	have, found := t.nodes[place]
	switch {
	case place == ".":
		return nil, conflict("name a directory below it", "%s is the root directory", to)
	case found && have.Kind != step.KindDir:
		return nil, conflict(another, "%s is %s, and wanted as a directory", to, have.what())
	case !found:
		t.makeDir(place, by, Owner{})
	}
	n := t.nodes[place]
	n.Inode = a.set(n.Inode)
	t.nodes[place] = n
	if found && n.Inode.Mode == have.Mode && n.UID == have.UID && n.GID == have.GID {
		return nil, nil
	}
	return t.dirs([]string{place}), nil
}

// Put puts a file, or what a directory holds, at a path of the image. It
// returns the copies and the directories of that layer.
func (t *Tree) Put(to string, s Source) (plan.Layer, *Conflict) {
	place, c := t.destination(to)
	if c != nil {
		return plan.Layer{}, c
	}
	p := put{tree: t, source: s}
	if s.Kind == step.KindDir {
		c = p.directory(to, place)
	} else {
		c = p.file(to, place)
	}
	layer := plan.Layer{Copies: p.copies, Dirs: t.dirs(p.touched), Mode: s.Attributes.Mode, KeepModes: s.KeepModes, KeepOwners: s.KeepOwners}
	if s.Owner != nil {
		layer.UID, layer.GID = s.Owner.UID, s.Owner.GID
	}
	return layer, c
}

const another = "put it somewhere else, or remove one of them"

// put is a Put on its way.
type put struct {
	tree    *Tree
	source  Source
	copies  []plan.Copy
	touched []string // directories that are part of the layer
}

func (p *put) file(to, place string) *Conflict {
	t := p.tree
	if t.dir(place) {
		return conflict("write the whole path, as "+path.Join(to, path.Base(p.source.Name)),
			"%s is %s, and %s is a file", to, t.what(place), p.source.Name)
	}
	if n := t.nodes[place]; n.by != "" {
		return conflict(another, "%s is already %s", to, n.what())
	}
	t.makeParents(place, p.source.By)
	t.nodes[place] = node{step.Inode{Path: place, AccountLines: p.source.AccountLines}, p.source.By}
	p.touched = append(p.touched, path.Dir(place))
	p.copies = append(p.copies, plan.Copy{From: p.source.Name, To: "/" + place})
	return nil
}

// what describes what is at a place, which may be the root.
func (t *Tree) what(place string) string {
	if place == "." {
		return "the root directory"
	}
	return t.nodes[place].what()
}

// directory goes through what a directory holds, and gives what lies behind a
// link of the image a copy of its own.
func (p *put) directory(to, place string) *Conflict {
	t := p.tree
	if n, found := t.nodes[place]; found && !t.dir(place) {
		return conflict("", "%s is %s, and %s is a directory", to, n.what(), p.source.Name)
	}
	w := walk{put: p, to: to, at: map[string]target{}, taken: p.source.taken()}
	if len(p.source.Below) > 0 && len(w.taken) == 0 {
		return conflict("", "exclude leaves nothing of %s", p.source.Name)
	}
	w.begin(step.Inode{Path: ".", Mode: p.source.File.Mode, UID: p.source.UID, GID: p.source.GID}, place)
	w.copies[0].Exclude = p.source.Exclude
	for _, inode := range p.source.Below {
		if !w.taken[inode.Path] {
			w.leaveOut(inode)
		} else if c := w.entry(inode); c != nil {
			return c
		}
	}
	return nil
}

// walk goes through what a directory holds.
type walk struct {
	*put
	to    string
	taken map[string]bool   // paths of the source that are put
	at    map[string]target // where directories of the source go
}

// target is where a directory goes.
type target struct {
	place string
	copy  int    // the one of the copies that brings it
	below string // its path in what that copy copies
}

// begin makes a copy for a directory of the source.
func (w *walk) begin(dir step.Inode, place string) {
	if !w.tree.dir(place) {
		w.tree.makeDir(place, w.source.By, w.tree.ownerIn(path.Dir(place)))
		w.set(place, dir)
	}
	w.touched = append(w.touched, place)
	w.at[dir.Path] = target{place: place, copy: len(w.copies), below: "."}
	w.copies = append(w.copies, plan.Copy{From: path.Join(w.source.Name, dir.Path), To: path.Join("/", place)})
}

// entry puts one file or directory below the source.
func (w *walk) entry(inode step.Inode) *Conflict {
	above := w.at[path.Dir(inode.Path)]
	place := path.Join(above.place, path.Base(inode.Path))
	have, found := w.tree.nodes[place]
	switch {
	case inode.Kind != step.KindDir:
		return w.leaf(inode, place)
	case !found:
		w.tree.nodes[place] = node{dirInode(place, Owner{}), w.source.By}
		if w.set(place, inode); w.isSpecial() {
			w.touched = append(w.touched, place)
		}
	case have.Kind == step.KindDir:
		w.touched = append(w.touched, place)
	case have.Kind == step.KindLink && have.by == "":
		return w.behind(inode, above, place)
	default:
		return conflict("", "%s is %s, and %s is a directory", w.written(inode), have.what(), w.name(inode))
	}
	w.at[inode.Path] = target{place, above.copy, path.Join(above.below, path.Base(inode.Path))}
	return nil
}

// set gives a new directory the attributes of the source.
func (w *walk) set(place string, from step.Inode) {
	n := w.tree.nodes[place]
	if w.source.KeepModes {
		n.Mode = from.Mode
	}
	if w.source.KeepOwners {
		n.UID, n.GID = from.UID, from.GID
	}
	n.Inode = w.source.dir().set(n.Inode)
	w.tree.nodes[place] = n
}

// isSpecial reports whether a copy gives a new directory another mode than it
// is to have: that of files.
func (w *walk) isSpecial() bool {
	mode := w.source.Attributes.Mode
	return mode != nil && *mode != *w.source.dir().Mode
}

// leaveOut leaves out what the patterns exclude. They are relative to the source,
// so they do nothing for a copy that begins below it.
func (w *walk) leaveOut(inode step.Inode) {
	above, ok := w.at[path.Dir(inode.Path)]
	if !ok || above.copy == 0 {
		return
	}
	without := &w.copies[above.copy].Without
	*without = append(*without, path.Join(above.below, path.Base(inode.Path)))
}

// behind puts a directory where a link of the base leads.
func (w *walk) behind(inode step.Inode, above target, link string) *Conflict {
	place, c := w.tree.resolve("/" + link)
	if c != nil {
		return c
	}
	if n, found := w.tree.nodes[place]; found && !w.tree.dir(place) {
		return conflict("", "%s is %s, and %s is a directory", w.written(inode), n.what(), w.name(inode))
	}
	without := &w.copies[above.copy].Without
	*without = append(*without, path.Join(above.below, path.Base(inode.Path)))
	w.begin(inode, place)
	return nil
}

// leaf puts a file or a link. One of the base is replaced, unless a directory
// would be lost with it.
func (w *walk) leaf(inode step.Inode, place string) *Conflict {
	t := w.tree
	have, found := t.nodes[place]
	if found {
		same := have.Kind == step.KindLink && inode.Kind == step.KindLink && have.Target == inode.Target
		end, c := t.resolve("/" + place)
		switch {
		case have.by != "" && !same:
			return conflict(another, "%s is already %s", w.written(inode), have.what())
		case !same && c == nil && t.dir(end):
			return conflict("", "%s is %s, and %s is a file", w.written(inode), t.what(end), w.name(inode))
		}
	}
	inode.Path = place
	t.nodes[place] = node{inode, w.source.By}
	return nil
}

// written returns the path of the image as a user would write it.
func (w *walk) written(inode step.Inode) string { return path.Join(w.to, inode.Path) }

// name returns the path of the source.
func (w *walk) name(inode step.Inode) string { return path.Join(w.source.Name, inode.Path) }

// Union returns the directories of both, each after its parent.
func Union(a, b []plan.Dir) []plan.Dir {
	all := slices.SortedFunc(slices.Values(slices.Concat(a, b)), func(x, y plan.Dir) int { return strings.Compare(x.Path, y.Path) })
	return slices.Compact(all)
}
