package closure

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
)

// tree is the context, and what of it is in the closure. Names may lead
// through symbolic links; files and links have names that do not.
type tree struct {
	fsys     fs.FS
	places   map[string]links.Place   // of directories, by name
	listings map[string][]fs.DirEntry // by name free of links
	files    map[string]bool
	links    map[string]string // their targets
	whole    map[string]bool   // directories of which all is taken
}

func newTree(fsys fs.FS) *tree {
	return &tree{
		fsys:     fsys,
		places:   map[string]links.Place{".": {Name: ".", Found: true}},
		listings: map[string][]fs.DirEntry{},
		files:    map[string]bool{},
		links:    map[string]string{},
		whole:    map[string]bool{},
	}
}

func (t *tree) fileList() []string { return slices.Sorted(maps.Keys(t.files)) }

func (t *tree) linkList() []Link {
	var list []Link
	for _, name := range slices.Sorted(maps.Keys(t.links)) {
		list = append(list, Link{Name: name, Target: t.links[name]})
	}
	return list
}

// add takes a file and the links that lead to it. A file that does not exist
// is no error, one outside of the context is.
func (t *tree) add(name string) error {
	place := t.keep(name)
	if place.Escapes {
		return escape(name, place)
	}
	return nil
}

// keep takes a file as add does, but leaves links that lead out of the
// context if they are followed.
func (t *tree) keep(name string) links.Place {
	place := t.follow(name)
	for _, l := range place.Links {
		t.link(l)
	}
	if place.Found && t.isRegular(place.Name) {
		t.files[place.Name] = true
	}
	return place
}

func (t *tree) link(name string) {
	if target, err := fs.ReadLink(t.fsys, name); err == nil {
		t.links[name] = target
	}
}

func escape(name string, place links.Place) error {
	if place.Last() == "" {
		return fmt.Errorf("%s is outside of the build context", name)
	}
	return fmt.Errorf("%s: the symbolic link %s points to %s, outside of the build context; replace it with a copy",
		name, place.Last(), place.Target)
}

// follow finds where name leads, looking at each directory once.
func (t *tree) follow(name string) links.Place {
	if place, ok := t.places[name]; ok {
		return place
	}
	dir := path.Dir(name)
	if dir == name { // of an absolute path
		return links.Place{Escapes: true}
	}
	parent, known := t.places[dir]
	if !known {
		parent = t.follow(dir)
		t.places[dir] = parent
	}
	if !parent.Found {
		return parent
	}
	return t.leaf(parent, path.Base(name))
}

// leaf follows the last element of a path, which is in a known directory.
func (t *tree) leaf(parent links.Place, base string) links.Place {
	name := path.Join(parent.Name, base)
	if base != ".." {
		switch e := t.entry(parent.Name, base); {
		case e == nil:
			return links.Place{Name: parent.Name, Links: parent.Links}
		case e.Type()&fs.ModeSymlink == 0:
			return links.Place{Name: name, Found: true, Links: parent.Links}
		}
	}
	place := links.Follow(t.fsys, name)
	place.Links = slices.Concat(parent.Links, place.Links)
	return place
}

// read takes a file and gives its text, nil when there is none.
func (t *tree) read(name string) ([]byte, error) {
	if err := t.add(name); err != nil {
		return nil, err
	}
	place := t.follow(name)
	if !t.files[place.Name] {
		return nil, nil
	}
	return regular.ReadIn(t.fsys, place.Name, regular.Text)
}

// open reads a file without taking it.
func (t *tree) open(name string) (io.ReadCloser, error) {
	return t.fsys.Open(t.follow(name).Name)
}

// entries lists a directory. One that does not exist, or is none, is empty.
func (t *tree) entries(dir string) ([]fs.DirEntry, error) {
	place := t.follow(dir)
	if place.Escapes {
		return nil, escape(dir, place)
	}
	if !place.Found || !t.isDir(place.Name) {
		return nil, nil
	}
	return t.list(place.Name)
}

// list lists a directory of a name free of links, once.
func (t *tree) list(name string) ([]fs.DirEntry, error) {
	if list, ok := t.listings[name]; ok {
		return list, nil
	}
	list, err := fs.ReadDir(t.fsys, name)
	t.listings[name] = list
	return list, err
}

// entry returns what a directory has under a name, nil for nothing. To look it up in
// the list takes no call to the system, of which each one walks down from the
// root of the context.
func (t *tree) entry(dir, base string) fs.DirEntry {
	list, err := t.list(dir)
	if err != nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(list, base, func(e fs.DirEntry, base string) int { return strings.Compare(e.Name(), base) })
	if !found {
		return nil
	}
	return list[i]
}

func (t *tree) isRegular(name string) bool {
	e := t.entry(path.Dir(name), path.Base(name))
	return e != nil && e.Type().IsRegular()
}

func (t *tree) isDir(name string) bool {
	if name == "." {
		return true
	}
	e := t.entry(path.Dir(name), path.Base(name))
	return e != nil && e.IsDir()
}

// exists reports whether there is a file of this name, links followed.
func (t *tree) exists(name string) bool {
	place := t.follow(name)
	return place.Found && t.isRegular(place.Name)
}
