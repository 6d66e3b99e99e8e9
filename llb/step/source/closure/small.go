package closure

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/gohull/gohull/internal/regular"
)

// largestSmall is how many bytes the files of an archive have at most. An archive
// has its own copy of each file, other files are hard links.
const largestSmall = 64 << 10

// archive is a step.SmallFile in the making.
type archive struct {
	root *os.Root
	name string // below root
	file *os.File
	tar  *tar.Writer
}

// newArchive makes an archive below the root of the writer.
func (w writer) newArchive(name string) (archive, error) {
	if err := w.makeDir(path.Dir(name)); err != nil {
		return archive{}, err
	}
	file, err := w.root.Create(name)
	return archive{w.root, name, file, tar.NewWriter(file)}, err
}

// close ends the archive, whose time says nothing.
func (a archive) close() error {
	beginning := time.Unix(0, 0)
	return errors.Join(a.tar.Close(), a.file.Close(), a.root.Chtimes(a.name, beginning, beginning))
}

// add takes a file of fsys, and reports whether it is small enough.
func (a archive) add(fsys fs.FS, name string) (isSmall bool, err error) {
	file, err := fsys.Open(name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() > largestSmall {
		return false, err
	}
	data, err := io.ReadAll(io.LimitReader(file, largestSmall+1))
	if err != nil || len(data) > largestSmall {
		return false, err
	}
	return true, a.write(name, plain(info.Mode()), data)
}

// write takes a text. No time is kept: UnpackSmall gives the file one.
func (a archive) write(name string, mode fs.FileMode, text []byte) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)), Mode: int64(mode)}
	if err := a.tar.WriteHeader(h); err != nil {
		return err
	}
	_, err := a.tar.Write(text)
	return err
}

// UnpackSmall adds the files of a step.SmallFile to a directory, as Write would have
// written them.
func UnpackSmall(dir, file string) (err error) {
	f, err := regular.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	w := newWriter(root, nil)
	defer func() { err = errors.Join(err, w.last.close()) }()
	for t := tar.NewReader(f); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) {
			return fmt.Errorf("%s: %q is not a file below the directory", file, h.Name)
		}
		if h.Size > regular.Text {
			return fmt.Errorf("%s: %q has %d bytes, want at most %d", file, h.Name, h.Size, regular.Text)
		}
		if err := w.create(h.Name, fs.FileMode(h.Mode), t); err != nil {
			return err
		}
	}
}
