package packages

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
	"golang.org/x/sys/unix"
)

// Layer takes files that lie over a base: only new and changed ones, and the
// directories on the way to them, with the owners and modes of the base.
// Archives may be hostile. Paths go through the symbolic links of the base and
// of the layer as in a container, and never leave the layer.
type Layer struct {
	base    fs.FS
	out     *os.Root
	view    view
	inPlace bool            // whether out is the base itself
	brought map[string]bool // what archives brought, by its path without links
	changed map[string]bool // the same, and all else that was made or changed, with the directories on the way
	stays   []string        // what Drop would have deleted
}

// NewLayer returns a layer whose files are written below out, which is empty.
func NewLayer(base fs.FS, out *os.Root) *Layer {
	return &Layer{base: base, out: out, view: view{out.FS(), base}, brought: map[string]bool{}, changed: map[string]bool{}}
}

// InPlace returns a layer whose files are written into the base itself, which is
// read-write. Only there, files of the base can be deleted.
func InPlace(out *os.Root) *Layer {
	l := NewLayer(out.FS(), out)
	l.inPlace = true
	return l
}

// FS returns the base with the layer over it, with all links followed.
func (l *Layer) FS() fs.FS { return l.view }

// longest is the size of the largest file that ReadFile reads.
const longest = 256 << 20

// ReadFile reads a file of the layer, or of the base.
func (l *Layer) ReadFile(name string) ([]byte, error) {
	return regular.ReadIn(l.view, clean(name), longest)
}

// WriteFile writes a file. One that is there keeps its owner and mode; a new one
// belongs to root.
func (l *Layer) WriteFile(name string, data []byte, mode fs.FileMode) error {
	hdr := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: int64(mode.Perm())}
	if at, found := links.InRoot(l.view, clean(name)); found {
		info, err := l.view.Lstat(at)
		if err != nil {
			return err
		}
		hdr.Name = at
		hdr.Mode = unixMode(info.Mode())
		hdr.Uid, hdr.Gid = owner(info)
	}
	return l.Put(hdr, strings.NewReader(string(data)))
}

// Put adds an entry of an archive, with its owner, mode and file capabilities.
// A directory that is there stays as it is, also if it is a link to one. A file
// or link replaces another one. Devices, pipes, and names of whiteouts are
// refused.
func (l *Layer) Put(hdr *tar.Header, content io.Reader) error {
	if err := l.put(hdr, content); err != nil {
		return fmt.Errorf("%q: %w", hdr.Name, err)
	}
	return nil
}

func (l *Layer) put(hdr *tar.Header, content io.Reader) error {
	name := clean(hdr.Name)
	if strings.HasPrefix(path.Base(name), ".wh.") {
		return errors.New("the name means that a file is deleted")
	}
	if hdr.Typeflag == tar.TypeDir {
		return l.dir(name, hdr)
	}
	if name == "." {
		return errors.New("the root is no file")
	}
	parent, err := l.mkdirs(path.Dir(name))
	if err != nil {
		return err
	}
	at := path.Join(parent, path.Base(name))
	if err := l.clear(at); err != nil {
		return err
	}
	l.brought[at], l.changed[at] = true, true
	switch hdr.Typeflag {
	case tar.TypeReg:
		return l.file(at, hdr, content)
	case tar.TypeSymlink:
		return errors.Join(l.out.Symlink(hdr.Linkname, at), l.out.Lchown(at, hdr.Uid, hdr.Gid))
	case tar.TypeLink:
		return l.hardLink(at, hdr.Linkname)
	}
	return fmt.Errorf("entries of the type %q are not allowed", hdr.Typeflag)
}

// clean returns a path relative to the root. Elements such as ".." that lead
// above the root stay there, as in a container.
func clean(name string) string {
	if name = strings.TrimPrefix(path.Clean("/"+name), "/"); name != "" {
		return name
	}
	return "."
}

// clear removes a file of the layer, so that nothing is written through it.
func (l *Layer) clear(at string) error {
	info, err := l.view.Lstat(at)
	switch {
	case isMissing(err):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("there is a directory already")
	}
	if err := l.out.Remove(at); !isMissing(err) {
		return err
	}
	return nil
}

// file sets the mode after the owner, and capabilities after both: a new owner
// takes bits of the mode away.
func (l *Layer) file(at string, hdr *tar.Header, content io.Reader) error {
	f, err := l.out.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, content); err != nil {
		return err
	}
	if err := f.Chown(hdr.Uid, hdr.Gid); err != nil {
		return err
	}
	if err := f.Chmod(hdr.FileInfo().Mode()); err != nil {
		return err
	}
	if caps := hdr.PAXRecords["SCHILY.xattr."+capability]; caps != "" {
		if err := unix.Fsetxattr(int(f.Fd()), capability, []byte(caps), 0); err != nil {
			return err
		}
	}
	return f.Close()
}

// capability is the only extended attribute that is kept.
const capability = "security.capability"

// hardLink links a file of the layer. One that only the base has cannot be
// linked from another layer.
func (l *Layer) hardLink(at, target string) error {
	old, found := links.InRoot(l.view, clean(target))
	if !found {
		return fmt.Errorf("it is a hard link to %q, which is missing", target)
	}
	return l.out.Link(old, at)
}

// dir adds a directory, or keeps the one that is there.
func (l *Layer) dir(name string, hdr *tar.Header) error {
	if at, found := links.InRoot(l.view, name); found {
		if info, err := l.view.Lstat(at); err != nil || !info.IsDir() {
			return errors.Join(err, errors.New("there is a file already"))
		}
		l.brought[at] = true
		_, err := l.mkdirs(name)
		return err
	}
	parent, err := l.mkdirs(path.Dir(name))
	if err != nil {
		return err
	}
	at := path.Join(parent, path.Base(name))
	l.brought[at] = true
	return l.mkdir(at, hdr.FileInfo().Mode(), hdr.Uid, hdr.Gid)
}

// mkdirs makes a directory and its parents in the layer as the base has them,
// and returns its path without links. New ones belong to root.
func (l *Layer) mkdirs(name string) (string, error) {
	at := "."
	for _, elem := range strings.Split(name, "/") {
		next := path.Join(at, elem)
		if found, ok := links.InRoot(l.view, next); ok {
			if found == "." {
				at = found
				continue
			}
			next = found
			if parent := path.Dir(found); parent != at {
				if _, err := l.mkdirs(parent); err != nil {
					return "", err
				}
			}
		} else if _, err := l.view.Lstat(next); err == nil {
			return "", fmt.Errorf("the symbolic link %s leads nowhere", next)
		}
		if err := l.copyDir(next); err != nil {
			return "", err
		}
		at = next
	}
	return at, nil
}

// copyDir makes a directory in the layer as the base has it.
func (l *Layer) copyDir(at string) error {
	if at == "." {
		return nil
	}
	l.changed[at] = true
	if info, err := l.out.Lstat(at); err == nil && info.IsDir() {
		return nil
	}
	info, err := fs.Lstat(l.view, at)
	switch {
	case isMissing(err):
		return l.mkdir(at, 0o755, 0, 0)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is no directory", at)
	}
	uid, gid := owner(info)
	return l.mkdir(at, info.Mode(), uid, gid)
}

func (l *Layer) mkdir(at string, mode fs.FileMode, uid, gid int) error {
	l.changed[at] = true
	if err := l.out.Mkdir(at, 0o700); err != nil {
		return err
	}
	if err := l.out.Chown(at, uid, gid); err != nil {
		return err
	}
	return l.out.Chmod(at, mode&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky))
}

// owner returns whom a file belongs to.
func owner(info fs.FileInfo) (uid, gid int) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid), int(st.Gid)
	}
	return 0, 0
}

// unixMode returns a mode as a header of an archive has it.
func unixMode(m fs.FileMode) int64 {
	n := int64(m.Perm())
	for bit, mode := range map[int64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if m&mode != 0 {
			n |= bit
		}
	}
	return n
}
