package scan

import (
	"io/fs"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/links"
)

// lookUp says what a path of the context is, and which symbolic link leaves
// the context.
func lookUp(fsys fs.FS, name string) tool.File {
	file := tool.File{Path: name}
	switch place := links.Follow(fsys, name); {
	case place.Escapes:
		file.Escapes, file.Link, file.Target = true, place.Last(), place.Target
	case place.Found:
		file.Kind = kind(fsys, place.Name)
	}
	return file
}

func kind(fsys fs.FS, name string) string {
	info, err := fs.Stat(fsys, name)
	switch {
	case err == nil && info.IsDir():
		return "dir"
	case err == nil && info.Mode().IsRegular():
		return "file"
	}
	return ""
}
