package packages

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"path"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
)

// Chmod changes the mode of a file or directory. One of the base is copied.
func (l *Layer) Chmod(name string, mode fs.FileMode) error {
	return l.change(name, func(at string, _ fs.FileInfo) error { return l.out.Chmod(at, mode) })
}

// Chown changes the owner of a file or directory, and keeps its mode. One of the
// base is copied.
func (l *Layer) Chown(name string, uid, gid int) error {
	return l.change(name, func(at string, info fs.FileInfo) error {
		if err := l.out.Chown(at, uid, gid); err != nil {
			return err
		}
		return l.out.Chmod(at, info.Mode())
	})
}

// Owner returns whom a file belongs to.
func Owner(info fs.FileInfo) (uid, gid int) { return owner(info) }

// change changes a file in the layer.
func (l *Layer) change(name string, change func(at string, info fs.FileInfo) error) error {
	at, found := links.InRoot(l.view, clean(name))
	if !found {
		return &fs.PathError{Op: "change", Path: name, Err: fs.ErrNotExist}
	}
	info, err := l.view.Lstat(at)
	if err != nil {
		return err
	}
	if info.IsDir() {
		if _, err := l.mkdirs(at); err != nil {
			return err
		}
	} else if _, err := l.out.Lstat(at); isMissing(err) {
		if err := l.copyFile(at, info); err != nil {
			return err
		}
	}
	l.changed[at] = true
	return change(at, info)
}

// copyFile copies a file of the base into the layer.
func (l *Layer) copyFile(at string, info fs.FileInfo) error {
	data, err := regular.ReadIn(l.base, at, longest)
	if err != nil {
		return err
	}
	hdr := &tar.Header{Typeflag: tar.TypeReg, Name: at, Size: int64(len(data)), Mode: unixMode(info.Mode())}
	hdr.Uid, hdr.Gid = owner(info)
	return l.Put(hdr, bytes.NewReader(data))
}

// Remove removes a file or an empty directory. One of the base can be deleted only
// in place.
func (l *Layer) Remove(name string) error {
	at, found := l.find(name)
	if !found {
		return nil
	}
	if _, err := fs.Lstat(l.base, at); !l.inPlace && !isMissing(err) {
		return fmt.Errorf("%s is a file of the base, which cannot be deleted", at)
	}
	return l.remove(at)
}

// find returns the path of a file or link without the links on the way.
func (l *Layer) find(name string) (at string, found bool) {
	parent, found := links.InRoot(l.view, path.Dir(clean(name)))
	return path.Join(parent, path.Base(clean(name))), found
}

// remove removes a file or an empty directory of the layer. The parents get the
// times of what was changed.
func (l *Layer) remove(at string) error {
	if _, err := l.mkdirs(path.Dir(at)); err != nil {
		return err
	}
	delete(l.changed, at)
	if err := l.out.Remove(at); !isMissing(err) {
		return err
	}
	return nil
}
