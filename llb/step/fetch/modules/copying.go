package modules

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/mod/sumdb/dirhash"
)

// copying copies some files of an unpacked module and computes the checksum of all.
type copying struct {
	from, to string          // directories
	wanted   map[string]bool // names of the files to copy
	made     map[string]bool // directories in to
	copied   map[string]bool // files in to
}

var errIrregular = errors.New("not a regular file")

// run copies the files and returns the checksum of the module, as go.sum has it.
// The prefix is the module with its version.
func (c *copying) run(prefix string) (hash string, err error) {
	names, err := filesBelow(c.from)
	if err != nil {
		return "", err
	}
	c.made, c.copied = map[string]bool{}, map[string]bool{}
	for i, name := range names {
		names[i] = prefix + "/" + name
	}
	return dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		return c.open(strings.TrimPrefix(name, prefix+"/"))
	})
}

// complete returns an error if the module lacked a wanted file.
func (c *copying) complete() error {
	for name := range c.wanted {
		if !c.copied[name] {
			return &fs.PathError{Op: "open", Path: filepath.Join(c.from, name), Err: fs.ErrNotExist}
		}
	}
	return nil
}

// filesBelow returns the names of the files of an unpacked module. It has only
// regular files.
func filesBelow(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil || e.IsDir():
			return err
		case !e.Type().IsRegular():
			return errIrregular
		}
		names = append(names, filepath.ToSlash(strings.TrimPrefix(name, dir+string(filepath.Separator))))
		return nil
	})
	return names, err
}

// open opens a file of the module to read it, and to copy it if it is wanted.
func (c *copying) open(name string) (*member, error) {
	// A pipe would block until somebody writes to it.
	f, err := os.OpenFile(filepath.Join(c.from, name), os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, errIrregular
	}
	if err != nil {
		return nil, err
	}
	m := &member{File: f}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errIrregular
	default:
		m.size = info.Size()
		if c.wanted[name] {
			m.out, err = c.create(name)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return m, nil
}

// create creates a copy. It is readable to everybody, as builders differ in what
// they keep of modes.
func (c *copying) create(name string) (*os.File, error) {
	c.copied[name] = true
	name = filepath.Join(c.to, name)
	if dir := filepath.Dir(name); !c.made[dir] {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		c.made[dir] = true
	}
	return os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
}

// member is a file of a module that is being read.
type member struct {
	*os.File
	size int64
	out  *os.File // nil if it is not copied
}

// blocks are buffers for whole files: most have less.
var blocks = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// WriteTo writes what the file has to w and to the copy. io.Copy calls it, instead of
// making a buffer for each file.
func (m *member) WriteTo(w io.Writer) (n int64, err error) {
	block := blocks.Get().(*[256 << 10]byte)
	defer blocks.Put(block)
	if m.out != nil {
		w = io.MultiWriter(w, m.out)
		defer func() { err = errors.Join(err, m.out.Close()) }()
	}
	for n < m.size {
		got, err := m.Read(block[:])
		if errors.Is(err, io.EOF) {
			return n, nil // It was longer a moment ago. The checksum will tell.
		}
		if err != nil {
			return n, err
		}
		if _, err := w.Write(block[:got]); err != nil {
			return n, err
		}
		n += int64(got)
	}
	return n, nil
}
