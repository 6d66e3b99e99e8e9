// Package overlay lays files over a directory, without copying it.
package overlay

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// FS is a file system with the files of another one over it. Of the directories in
// Replaced, it has what Upper has, and nothing of Lower.
type FS struct {
	Lower, Upper fs.FS
	Replaced     []string
}

// isReplaced reports whether a name is in one of the replaced directories, or is
// one.
func (f FS) isReplaced(name string) bool {
	return slices.ContainsFunc(f.Replaced, func(dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") })
}

// of returns the one of the two that has what is at a name. A directory of both is
// the lower one's.
func (f FS) of(name string) fs.FS {
	if f.isReplaced(name) {
		return f.Upper
	}
	info, err := fs.Lstat(f.Upper, name)
	if err != nil {
		return f.Lower
	}
	if info.IsDir() {
		if _, err := fs.Lstat(f.Lower, name); err == nil {
			return f.Lower
		}
	}
	return f.Upper
}

// Open opens a file. Directories are read with ReadDir.
func (f FS) Open(name string) (fs.File, error) { return f.of(name).Open(name) }

// Stat follows links of the lower file system.
func (f FS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.of(name), name) }

// Lstat does not.
func (f FS) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(f.of(name), name) }

// ReadLink returns the target of a link.
func (f FS) ReadLink(name string) (string, error) { return fs.ReadLink(f.of(name), name) }

// ReadDir lists what either has in a directory, by name.
func (f FS) ReadDir(name string) ([]fs.DirEntry, error) {
	upper, upperErr := fs.ReadDir(f.Upper, name)
	if f.isReplaced(name) {
		return upper, upperErr
	}
	lower, lowerErr := fs.ReadDir(f.Lower, name)
	if lowerErr != nil && upperErr != nil {
		return nil, lowerErr
	}
	all := slices.Clone(upper)
	for _, e := range lower {
		i := slices.IndexFunc(upper, func(o fs.DirEntry) bool { return o.Name() == e.Name() })
		switch {
		case f.isReplaced(path.Join(name, e.Name())):
		case i < 0:
			all = append(all, e)
		case upper[i].IsDir():
			all[i] = e // the directory that Lstat gives
		}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}
