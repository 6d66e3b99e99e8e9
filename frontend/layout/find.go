package layout

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
)

// Find returns what the tree has at a path, or what matches a pattern as of
// path.Match. Links are followed within the tree.
func (t *Tree) Find(name string) step.File {
	if !step.IsPattern(name) {
		return t.file(strings.TrimPrefix(path.Clean(name), "/"))
	}
	file := step.File{Path: name}
	dir, rest := SplitPattern(name)
	from, c := t.resolve(dir)
	if c != nil {
		return file
	}
	for _, place := range slices.Sorted(maps.Keys(t.nodes)) {
		below, ok := strings.CutPrefix(place, strings.TrimPrefix(from+"/", "./"))
		if matches, err := path.Match(rest, below); ok && matches && err == nil {
			file.Matches = append(file.Matches, t.file(path.Join(dir, below)[1:]))
		}
	}
	return file
}

// SplitPattern returns the directory before the first element of an absolute
// pattern that is none, and the rest.
func SplitPattern(name string) (dir, rest string) {
	elems := elements(name)
	i := slices.IndexFunc(elems, step.IsPattern)
	return "/" + path.Join(elems[:i]...), path.Join(elems[i:]...)
}

// file returns what is at a path that is relative to the root.
func (t *Tree) file(name string) step.File {
	file := step.File{Path: path.Join(".", name)}
	place, c := t.resolve(name)
	n, found := t.nodes[place]
	switch {
	case c != nil || !found && place != ".":
	case t.dir(place):
		if !found {
			n.Inode = dirInode(place, Owner{})
		}
		file.Kind, file.Mode, file.UID, file.GID = step.KindDir, n.Mode, n.UID, n.GID
		file.Below = t.below(place)
	default:
		file.Kind, file.AccountLines = step.KindFile, n.AccountLines
	}
	return file
}

// below lists what is below a directory, parents first.
func (t *Tree) below(dir string) []step.Inode {
	var all []step.Inode
	for _, place := range slices.Sorted(maps.Keys(t.nodes)) {
		name, ok := strings.CutPrefix(place, strings.TrimPrefix(dir+"/", "./"))
		if ok && name != "." {
			inode := t.nodes[place].Inode
			inode.Path = name
			all = append(all, inode)
		}
	}
	return all
}
