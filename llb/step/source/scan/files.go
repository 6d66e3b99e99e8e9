package scan

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/image/inodes"
)

// lookup looks up paths of the context.
type lookup struct {
	fsys  fs.FS
	modes bool // whether modes are asked for
}

// lookUpAll looks up the files that v names.
func lookUpAll(fsys fs.FS, v step.Scan) ([]step.File, error) {
	var all []step.File
	for _, name := range v.Files {
		file, err := lookup{fsys, slices.Contains(v.Modes, name)}.named(name)
		if err != nil {
			return nil, err
		}
		all = append(all, file)
	}
	return all, nil
}

// named looks up a path, or what matches a pattern.
func (l lookup) named(name string) (step.File, error) {
	if !step.IsPattern(name) {
		return l.file(name)
	}
	matches, err := fs.Glob(l.fsys, name)
	if err != nil {
		return step.File{}, err
	}
	file := step.File{Path: name}
	for _, match := range matches {
		one, err := l.file(match)
		if err != nil {
			return step.File{}, err
		}
		file.Matches = append(file.Matches, one)
	}
	return file, nil
}

// file says what a path of the context is, and which symbolic link leaves the
// context.
func (l lookup) file(name string) (step.File, error) {
	file := step.File{Path: name}
	place := links.Follow(l.fsys, name)
	switch {
	case place.Escapes:
		file.Escapes, file.Link, file.Target = true, place.Last(), place.Target
		return file, nil
	case !place.Found:
		return file, nil
	}
	info, err := fs.Stat(l.fsys, place.Name)
	if err != nil {
		return file, nil // as if it were missing
	}
	file.Kind = kind(info)
	if l.modes {
		file.Mode = inodes.Mode(info.Mode())
	}
	switch {
	case file.Kind == step.KindDir:
		file.Below, err = l.below(place.Name)
	case file.Kind == step.KindFile:
		file.AccountLines = inodes.ReadAccounts(l.fsys, place.Name, path.Base(name))
	}
	return file, err
}

// kind returns the kind of a file or directory; empty for anything else.
func kind(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return step.KindDir
	case info.Mode().IsRegular():
		return step.KindFile
	}
	return ""
}

// below lists what a directory holds, parents first. Owners and modes in a
// context are those of the user who checked it out: an image has others, unless
// the spec asks for the modes.
func (l lookup) below(dir string) ([]step.Inode, error) {
	var all []step.Inode
	err := fs.WalkDir(l.fsys, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		inode, err := l.inode(name, e)
		inode.Path = strings.TrimPrefix(name, dir+"/")
		all = append(all, inode)
		return err
	})
	return all, err
}

func (l lookup) inode(name string, e fs.DirEntry) (inode step.Inode, err error) {
	switch {
	case e.IsDir():
		inode.Kind = step.KindDir
	case e.Type()&fs.ModeSymlink != 0:
		inode.Kind = step.KindLink
		inode.Target, err = fs.ReadLink(l.fsys, name)
		return inode, err
	case e.Type().IsRegular():
		inode.AccountLines = inodes.ReadAccounts(l.fsys, name, e.Name())
	}
	if l.modes {
		info, err := e.Info()
		if err != nil {
			return inode, err
		}
		inode.Mode = inodes.Mode(info.Mode())
	}
	return inode, nil
}
