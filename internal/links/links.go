// Package links follows symbolic links inside a build context, by hand: a
// context from elsewhere may hold links to anything, and users want to know
// which one leaves it.
package links

import (
	"io/fs"
	"path"
	"strings"
)

// most is how many symbolic links one path may go through, as in Linux.
const most = 40

// Place is where a path leads.
type Place struct {
	Name    string   // as far as it could be followed, free of links
	Found   bool     // whether there is something
	Links   []string // those followed, each free of links but for itself
	Target  string   // what the last of Links holds
	Escapes bool     // whether the path leaves the context
}

// Last is the last link that was followed, empty when there was none. It is
// the one to blame when the path escapes.
func (p Place) Last() string {
	if len(p.Links) == 0 {
		return ""
	}
	return p.Links[len(p.Links)-1]
}

// Follow finds where name leads. It need not be clean.
func Follow(fsys fs.FS, name string) Place {
	w := walk{fsys: fsys, place: Place{Name: "."}, rest: elements(path.Clean(name))}
	w.place.Found = w.all()
	return w.place
}

// InRoot finds where name leads in a root file system, of which no path
// leaves: absolute links begin at its root, and above that is the root again.
func InRoot(fsys fs.FS, name string) (at string, found bool) {
	w := walk{fsys: fsys, root: true, place: Place{Name: "."}, rest: elements(name)}
	found = w.all()
	return w.place.Name, found
}

// walk is on its way through a path.
type walk struct {
	fsys  fs.FS
	root  bool // whether it is in a root file system
	place Place
	rest  []string // what is left of the path
}

// all reports whether the path leads to something.
func (w *walk) all() bool {
	for len(w.rest) > 0 {
		if !w.step() {
			return false
		}
	}
	return true
}

// step goes one element further, and reports whether it could.
func (w *walk) step() bool {
	elem := w.rest[0]
	w.rest = w.rest[1:]
	if elem == ".." {
		w.place.Escapes = w.place.Name == "." && !w.root
		w.place.Name = path.Dir(w.place.Name)
		return !w.place.Escapes
	}
	next := path.Join(w.place.Name, elem)
	info, err := fs.Lstat(w.fsys, next)
	if err != nil {
		return false
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return w.follow(next)
	}
	w.place.Name = next
	return true
}

func (w *walk) follow(link string) bool {
	target, err := fs.ReadLink(w.fsys, link)
	if err != nil || len(w.place.Links) == most {
		return false
	}
	w.place.Links = append(w.place.Links, link)
	w.place.Target = target
	if path.IsAbs(target) {
		w.place.Escapes = !w.root
		if w.place.Escapes {
			return false
		}
		w.place.Name = "."
	}
	w.rest = append(elements(target), w.rest...)
	return true
}

func elements(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
}
