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
	if err := errors.Join(w.source(r), w.outline(r.Outline), w.standard(r.Standard), w.programs(r.Programs)); err != nil {
		return err
	}
	if err := mtime.SetAll(out, 0); err != nil {
		return err
	}
	return setTimes(root, w.times)
}

// writer writes below root, and remembers which times its files are to have.
type writer struct {
	root  *os.Root
	from  fs.FS
	times map[string]time.Time
}

func newWriter(root *os.Root, from fs.FS) writer {
	return writer{root: root, from: from, times: map[string]time.Time{}}
}

func (w writer) source(r Result) error {
	if err := w.copyAll(step.ClosureDir, r.Files, r.Links); err != nil {
		return err
	}
	if r.Checkout {
		if err := makeDir(w.root, path.Join(step.ClosureDir, ".git")); err != nil {
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
	if err := makeDir(w.root, to); err != nil {
		return err
	}
	for _, name := range files {
		if err := w.copyFile(path.Join(to, name), name); err != nil {
			return err
		}
	}
	for _, l := range links {
		name := path.Join(to, l.Name)
		if err := makeDir(w.root, path.Dir(name)); err != nil {
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
	if err := makeDir(w.root, path.Dir(name)); err != nil {
		return err
	}
	if err := w.root.WriteFile(name, []byte(text), 0o644); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(text))
	w.times[name] = contentTime(hash[:])
	return w.root.Chmod(name, 0o644)
}

func setTimes(out *os.Root, times map[string]time.Time) error {
	for name, t := range times {
		if err := out.Chtimes(name, t, t); err != nil {
			return err
		}
	}
	return nil
}

func (w writer) copyFile(to, name string) error {
	if err := makeDir(w.root, path.Dir(to)); err != nil {
		return err
	}
	from, err := w.from.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	file, err := w.root.Create(to)
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(file, hash), from)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	w.times[to] = contentTime(hash.Sum(nil))
	return w.root.Chmod(to, plain(info.Mode()))
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

// makeDir makes a directory and those above it. The mode is set by hand: the
// builder's umask must not show.
func makeDir(out *os.Root, dir string) error {
	if _, err := out.Stat(dir); err == nil {
		return nil
	}
	if err := makeDir(out, path.Dir(dir)); err != nil {
		return err
	}
	if err := out.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return out.Chmod(dir, 0o755)
}
