// Package regular reads files that others have made: files of a build
// context, of modules, of images, and what tests and generators leave. Such a
// file may be a pipe, which blocks, a device or a link to one, which never
// ends, or as large as a disk. Here only regular files are read, links to them
// included, and only up to a limit.
package regular

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// How large files may be.
const (
	Text    = 256 << 20 // source, lists, JSON
	Program = 4 << 30   // what a linker makes
)

// ErrNot is what a path is that names no regular file.
var ErrNot = errors.New("not a regular file")

// ErrLarge is a file beyond the limit.
var ErrLarge = errors.New("the file is too large")

// Open opens a file.
func Open(name string) (*os.File, error) {
	// A pipe would block until somebody writes to it.
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := check(f, name); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// OpenIn opens a file of a file system.
func OpenIn(fsys fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(name, info)
	}
	return fsys.Open(name)
}

// ReadFile reads a file that has at most limit bytes.
func ReadFile(name string, limit int64) ([]byte, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	return readAll(f, name, limit)
}

// ReadIn reads a file of a file system that has at most limit bytes.
func ReadIn(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := OpenIn(fsys, name)
	if err != nil {
		return nil, err
	}
	return readAll(f, name, limit)
}

func readAll(f fs.File, name string, limit int64) (data []byte, err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, large(name, limit)
	}
	data = make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case int64(len(data)) > limit:
			return nil, large(name, limit)
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

func check(f *os.File, name string) error {
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular(name, info)
	}
	return err
}

func irregular(name string, info fs.FileInfo) error {
	kind := "a directory"
	switch mode := info.Mode(); {
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	}
	return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w but %s", ErrNot, kind)}
}

func large(name string, limit int64) error {
	return &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("%w: it has more than %d MB", ErrLarge, limit>>20)}
}
