// Package treefs reads a large tree of files below an os.Root. An os.Root opens each
// directory on the way to a file, one after the other, which takes longer than
// reading a small file. A vendor directory is deep, and has many of them. So
// this file system keeps the directories open that it read files of.
package treefs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"sync"
)

// mostOpen is how many directories are open at most.
const mostOpen = 256

// FS is a file system. Symbolic links cannot lead out of its root.
type FS struct {
	root  *os.Root
	whole fs.FS

	mu   sync.RWMutex // is held while dirs are in use
	dirs map[string]*os.Root
}

// New returns the file system below a root, which must stay open.
func New(root *os.Root) *FS {
	return &FS{root: root, whole: root.FS(), dirs: map[string]*os.Root{}}
}

// Close closes the directories that are open. It does not close the root.
func (f *FS) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closeDirs()
}

func (f *FS) closeDirs() error {
	var errs []error
	for _, dir := range f.dirs {
		errs = append(errs, dir.Close())
	}
	clear(f.dirs)
	return errors.Join(errs...)
}

// Open opens a file or a directory.
func (f *FS) Open(name string) (fs.File, error) {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if !fs.ValidPath(name) || dir == "." || base == "" {
		return f.whole.Open(name)
	}
	if file, err := f.openIn(dir, base); err == nil {
		return file, nil
	}
	// A symbolic link may lead out of the directory. And an error has the whole
	// name.
	return f.whole.Open(name)
}

func (f *FS) openIn(dir, base string) (fs.File, error) {
	f.mu.RLock()
	if open, ok := f.dirs[dir]; ok {
		defer f.mu.RUnlock()
		return open.Open(base)
	}
	f.mu.RUnlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	open, err := f.openDir(dir)
	if err != nil {
		return nil, err
	}
	return open.Open(base)
}

// openDir opens a directory that is not open, unless another reader has opened
// it by now.
func (f *FS) openDir(name string) (*os.Root, error) {
	if open, ok := f.dirs[name]; ok {
		return open, nil
	}
	if len(f.dirs) >= mostOpen {
		if err := f.closeDirs(); err != nil {
			return nil, err
		}
	}
	open, err := f.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f.dirs[name] = open
	return open, nil
}

// ReadDir lists a directory.
func (f *FS) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(f.whole, name) }

// Stat follows symbolic links.
func (f *FS) Stat(name string) (fs.FileInfo, error) { return fs.Stat(f.whole, name) }

// Lstat does not.
func (f *FS) Lstat(name string) (fs.FileInfo, error) { return fs.Lstat(f.whole, name) }

// ReadLink returns the target of a symbolic link.
func (f *FS) ReadLink(name string) (string, error) { return fs.ReadLink(f.whole, name) }
