package closure

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
)

// Pick finds the closure of v and writes it to the directory out.
func Pick(out string, fsys fs.FS, v step.Closure, asked Asked) error {
	r, err := Find(fsys, v, asked)
	if err != nil {
		return err
	}
	return Write(out, fsys, r)
}

// Write copies a closure of fsys to the directory out: its files to
// step.ClosureDir, its outline to step.OutlineDir. Modes become 0644, or
// 0755 for directories and for files that somebody may run, for builders check
// out the same source with different ones. Times are those of contentTime for
// files, and the beginning of 1970 for all else.
func Write(out string, fsys fs.FS, r Result) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	w := newWriter(root, fsys)
	if err := errors.Join(w.source(r), w.outline(r.Outline), w.standard(r.Standard), w.programs(r.Programs), w.groups(r)); err != nil {
		return err
	}
	return w.finish(out)
}

// writer writes below root.
type writer struct {
	root *os.Root
	from fs.FS
	made map[string]bool // directories
	last *openDir        // that it wrote to last
	buf  []byte          // for copying: a new one for each file would be most of what is allocated
}

// openDir is an open directory. A call on root walks down from it, which takes
// longer than writing a small file.
type openDir struct {
	name string
	root *os.Root // nil before the first
}

func newWriter(root *os.Root, from fs.FS) writer {
	return writer{root: root, from: from, made: map[string]bool{".": true}, last: &openDir{}, buf: make([]byte, 128<<10)}
}

// dir makes a directory and opens it. Files come one directory after the other, so
// that only one is kept open.
func (w writer) dir(name string) (*os.Root, error) {
	if w.last.root != nil && w.last.name == name {
		return w.last.root, nil
	}
	if err := w.makeDir(name); err != nil {
		return nil, err
	}
	next, err := w.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if err := w.last.close(); err != nil {
		return nil, errors.Join(err, next.Close())
	}
	w.last.name, w.last.root = name, next
	return next, nil
}

func (d *openDir) close() error {
	if d.root == nil {
		return nil
	}
	err := d.root.Close()
	d.root = nil
	return err
}

// finish sets the times of directories and links. Files have theirs.
func (w writer) finish(out string) error {
	return errors.Join(w.last.close(), mtime.SetOthers(out, 0))
}

func (w writer) source(r Result) error {
	if r.Vendored {
		own, vendored := r.divided()
		if err := w.vendored(r.Project, vendored); err != nil {
			return err
		}
		r.Files, r.Links = own.Files, own.Links
	}
	if err := w.copyAll(step.ClosureDir, r.Files, r.Links); err != nil {
		return err
	}
	if r.Checkout {
		if err := w.makeDir(path.Join(step.ClosureDir, ".git")); err != nil {
			return err
		}
	}
	if r.WorkSum == nil {
		return nil
	}
	return w.write(path.Join(step.ClosureDir, r.Project, workSum), string(r.WorkSum))
}

// outline writes what the modules step reads.
func (w writer) outline(o Outline) error {
	if err := w.copyAll(step.OutlineDir, o.Files, o.Links); err != nil {
		return err
	}
	var list strings.Builder
	for _, s := range o.Stubs {
		if err := w.write(path.Join(step.OutlineDir, s.Dir, "stub.go"), stubText("stub", s.Imports)); err != nil {
			return err
		}
		if s.Main {
			list.WriteString(s.Path + "\n")
		}
	}
	for _, importPath := range o.Mains {
		list.WriteString(importPath + "\n")
	}
	return w.write(path.Join(step.OutlineDir, step.StubsFile), list.String())
}

func (w writer) standard(imports []string) error {
	return w.write(path.Join(step.StandardDir, step.StandardFile), strings.Join(imports, "\n"))
}

func (w writer) programs(names []string) error {
	if names == nil {
		return nil
	}
	return w.write(path.Join(step.ProgramsDir, step.ProgramsFile), strings.Join(names, "\n"))
}

func (w writer) copyAll(to string, files []string, links []Link) error {
	return w.putAll(to, files, links, w.copyFile)
}

// putAll makes a directory, with files that put makes, and with links.
func (w writer) putAll(to string, files []string, links []Link, put func(to, name string) error) error {
	if err := w.makeDir(to); err != nil {
		return err
	}
	for _, name := range files {
		if err := put(path.Join(to, name), name); err != nil {
			return err
		}
	}
	for _, l := range links {
		name := path.Join(to, l.Name)
		if err := w.makeDir(path.Dir(name)); err != nil {
			return err
		}
		if err := w.root.Symlink(l.Target, name); err != nil {
			return err
		}
	}
	return nil
}

// write makes a file of a text that is not of the context.
func (w writer) write(name, text string) error {
	return w.create(name, 0o644, strings.NewReader(text))
}

func (w writer) copyFile(to, name string) error {
	from, err := w.from.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	return w.create(to, plain(info.Mode()), from)
}

// create makes a file, whose mode the umask has no part in, and whose time is
// that of its content.
func (w writer) create(name string, mode fs.FileMode, content io.Reader) error {
	dir, err := w.dir(path.Dir(name))
	if err != nil {
		return err
	}
	file, err := dir.Create(path.Base(name))
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, err = io.CopyBuffer(io.MultiWriter(file, hash), struct{ io.Reader }{content}, w.buf)
	if err := errors.Join(err, file.Chmod(mode), file.Close()); err != nil {
		return err
	}
	t := contentTime(hash.Sum(nil))
	return dir.Chtimes(path.Base(name), t, t)
}

// contentTime returns a time of modification that says what a file holds. The go
// command keeps an index of each package, its imports among them, in GOCACHE,
// and takes a file of the same path, size and time for the same file. Real
// times would differ from builder to builder, and fixed ones would hide an
// edit that keeps the size. All are before 1988: the go command indexes no
// file that is younger than two seconds.
func contentTime(hash []byte) time.Time {
	seconds := binary.BigEndian.Uint32(hash) >> 3
	nanoseconds := binary.BigEndian.Uint32(hash[4:]) % 1e9
	return time.Unix(int64(seconds), int64(nanoseconds))
}

func plain(mode fs.FileMode) fs.FileMode {
	if mode&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

// makeDir makes a directory and those above it, if it has not made them before. The mode is
// set by hand: the builder's umask must not show.
func (w writer) makeDir(name string) error {
	if w.made[name] {
		return nil
	}
	if err := w.makeDir(path.Dir(name)); err != nil {
		return err
	}
	w.made[name] = true
	switch err := w.root.Mkdir(name, 0o755); {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return w.root.Chmod(name, 0o755)
}
