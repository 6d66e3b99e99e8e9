package scan

import (
	"io/fs"
	"path"
	"strings"

	"github.com/gohull/gohull/llb/tool"
)

// maxLinks is how many symbolic links one path may go through, as in Linux.
const maxLinks = 40

// lookUp says what a path of the context is. It follows symbolic links by
// hand to name the one that leaves the context.
func lookUp(fsys fs.FS, name string) tool.File {
	l := lookup{fsys: fsys, file: tool.File{Path: name}, at: ".", rest: elements(path.Clean(name))}
	if l.walk() {
		l.file.Kind = kind(fsys, l.at)
	}
	if !l.file.Escapes {
		l.file.Link, l.file.Target = "", ""
	}
	return l.file
}

// lookup is on its way through a path.
type lookup struct {
	fsys  fs.FS
	file  tool.File
	at    string   // the folder reached, free of links
	rest  []string // what is left of the path
	links int
}

// walk reports whether the path leads to something.
func (l *lookup) walk() bool {
	for len(l.rest) > 0 {
		if !l.step() {
			return false
		}
	}
	return true
}

// step goes one element further, and reports whether it could.
func (l *lookup) step() bool {
	elem := l.rest[0]
	l.rest = l.rest[1:]
	if elem == ".." {
		l.file.Escapes = l.at == "."
		l.at = path.Dir(l.at)
		return !l.file.Escapes
	}
	next := path.Join(l.at, elem)
	info, err := fs.Lstat(l.fsys, next)
	if err != nil {
		return false
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return l.follow(next)
	}
	l.at = next
	return true
}

func (l *lookup) follow(link string) bool {
	target, err := fs.ReadLink(l.fsys, link)
	if l.links++; err != nil || l.links > maxLinks {
		return false
	}
	l.file.Link, l.file.Target = link, target
	if path.IsAbs(target) {
		l.file.Escapes = true
		return false
	}
	l.rest = append(elements(target), l.rest...)
	return true
}

func elements(p string) []string {
	return strings.FieldsFunc(p, func(r rune) bool { return r == '/' })
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
