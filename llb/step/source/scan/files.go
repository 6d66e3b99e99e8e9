package scan

import (
	"io/fs"
	"path"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/image/inodes"
)

// lookUp says what a path of the context is, and which symbolic link leaves
// the context.
func lookUp(fsys fs.FS, name string) (step.File, error) {
	file := step.File{Path: name}
	place := links.Follow(fsys, name)
	switch {
	case place.Escapes:
		file.Escapes, file.Link, file.Target = true, place.Last(), place.Target
		return file, nil
	case place.Found:
		file.Kind = kind(fsys, place.Name)
	}
	var err error
	switch {
	case file.Kind == step.KindDir:
		file.Below, err = below(fsys, place.Name)
	case file.Kind == step.KindFile:
		file.Accounts = inodes.Accounts(fsys, place.Name, path.Base(name))
	}
	return file, err
}

func kind(fsys fs.FS, name string) string {
	info, err := fs.Stat(fsys, name)
	switch {
	case err == nil && info.IsDir():
		return step.KindDir
	case err == nil && info.Mode().IsRegular():
		return step.KindFile
	}
	return ""
}

// below lists what a directory holds, parents first. Owners and modes in a
// context are those of the user who checked it out: an image has others.
func below(fsys fs.FS, dir string) ([]step.Inode, error) {
	var all []step.Inode
	err := fs.WalkDir(fsys, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		inode := step.Inode{Path: strings.TrimPrefix(name, dir+"/")}
		switch {
		case e.IsDir():
			inode.Kind = step.KindDir
		case e.Type()&fs.ModeSymlink != 0:
			inode.Kind = step.KindLink
			inode.Target, err = fs.ReadLink(fsys, name)
		case e.Type().IsRegular():
			inode.Accounts = inodes.Accounts(fsys, name, e.Name())
		}
		all = append(all, inode)
		return err
	})
	return all, err
}
