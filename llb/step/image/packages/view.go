package packages

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
)

// view is a file system over another one. Symbolic links are followed as in a
// container.
type view struct {
	over, base fs.FS
}

// Lstat returns what a path without links has.
func (v view) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(v.over, name)
	if isMissing(err) {
		return fs.Lstat(v.base, name)
	}
	return info, err
}

// ReadLink returns the target of a link whose parents are no links.
func (v view) ReadLink(name string) (string, error) {
	target, err := fs.ReadLink(v.over, name)
	if isMissing(err) {
		return fs.ReadLink(v.base, name)
	}
	return target, err
}

// Open follows all links.
func (v view) Open(name string) (fs.File, error) {
	at, err := v.follow(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f, err := v.over.Open(at)
	if isMissing(err) {
		return v.base.Open(at)
	}
	return f, err
}

// Stat follows all links.
func (v view) Stat(name string) (fs.FileInfo, error) {
	at, err := v.follow(name)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return v.Lstat(at)
}

// ReadDir returns the entries of both directories.
func (v view) ReadDir(name string) ([]fs.DirEntry, error) {
	at, err := v.follow(name)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	over, err := fs.ReadDir(v.over, at)
	if err != nil && !isMissing(err) {
		return nil, err
	}
	under, errUnder := fs.ReadDir(v.base, at)
	switch {
	case err != nil:
		return under, errUnder
	case errUnder != nil && !isMissing(errUnder):
		return nil, errUnder
	}
	all := slices.Concat(over, slices.DeleteFunc(under, func(e fs.DirEntry) bool { return has(over, e.Name()) }))
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

func has(entries []fs.DirEntry, name string) bool {
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
}

// follow returns the path without links that name leads to.
func (v view) follow(name string) (string, error) {
	at, found := links.InRoot(v, name)
	if !found {
		return "", fs.ErrNotExist
	}
	return at, nil
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
