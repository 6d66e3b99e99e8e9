package objects

import (
	"archive/tar"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/gohull/gohull/internal/regular"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/cache"
)

// Unpack adds the objects of a pack to a GOCACHE, unless that has had them
// before, and tells how many files that were.
func Unpack(gocache, dir string) (files int, err error) {
	index, err := regular.ReadFile(filepath.Join(dir, IndexFile), regular.Text)
	if err != nil {
		return 0, err
	}
	if _, err := cache.Open(gocache); err != nil { // It makes the directories.
		return 0, err
	}
	m, err := lock(gocache, index)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	if done, err := m.isSet(); done || err != nil {
		return 0, err
	}
	if files, err = unpack(gocache, dir); err != nil {
		return 0, fmt.Errorf("unpacking objects: %w", err)
	}
	return files, m.set()
}

// unpack adds all objects of a pack to a GOCACHE. The data of a seed of an earlier
// release, whose index has no places, is read from the beginning to the end.
func unpack(gocache, dir string) (files int, err error) {
	if !indexed(dir) {
		return unpackData(gocache, filepath.Join(dir, DataFile))
	}
	s, err := openShelf(gocache, []string{dir}, nil)
	if err != nil {
		return 0, err
	}
	files, err = s.unpackEverything()
	return files, errors.Join(err, s.close())
}

// A pack may be a build context of anybody. Those of large projects have some
// gigabytes.
const (
	largestPack   = 64 << 30
	largestWindow = 64 << 20 // of memory, for the text that the compression refers to
)

func unpackData(gocache, file string) (files int, err error) {
	f, err := regular.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(largestWindow))
	if err != nil {
		return 0, err
	}
	defer z.Close()
	root, err := os.OpenRoot(gocache)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	var total int64
	for t := tar.NewReader(z); ; files++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return files, err
		}
		if h.Size > largestPack || total+h.Size > largestPack {
			return files, fmt.Errorf("the pack has more than %d GB", largestPack>>30)
		}
		total += h.Size
		if err := unpackFile(root, h, t); err != nil {
			return files, err
		}
	}
}

// member is the name of a file in a pack.
var member = regexp.MustCompile(`^([0-9a-f]{2})/([0-9a-f]{2})[0-9a-f]{62}-[ad]$`)

// unpackFile writes a file, of which data may be only the beginning, under another name first: a go command that runs at
// the same time finds all of it or nothing. The name it has until then is no
// other step's, whose pack may have the same object, and ends like that of an
// output: the go command removes it as unused if this step does not finish.
func unpackFile(root *os.Root, h *tar.Header, data io.Reader) error {
	found := member.FindStringSubmatch(h.Name)
	if found == nil || found[1] != found[2] || h.Typeflag != tar.TypeReg {
		return fmt.Errorf("%q is no object", h.Name)
	}
	if info, err := root.Stat(h.Name); err == nil && info.Size() == h.Size {
		return refresh(root, h.Name)
	}
	temp := path.Join(found[1], rand.Text()+"-d")
	f, err := root.Create(temp)
	if err != nil {
		return err
	}
	_, err = copyBlocks(f, data)
	if err := errors.Join(err, f.Truncate(h.Size), f.Close()); err != nil {
		return errors.Join(err, root.Remove(temp))
	}
	return root.Rename(temp, h.Name)
}

// blocks are buffers to copy files with. The kernel takes few large writes in half
// the time of many small ones.
var blocks = sync.Pool{New: func() any { return new([1 << 20]byte) }}

func copyBlocks(f *os.File, data io.Reader) (int64, error) {
	block := blocks.Get().(*[1 << 20]byte)
	defer blocks.Put(block)
	return io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{data}, block[:])
}

// refresh keeps the go command from removing an object as unused.
func refresh(root *os.Root, name string) error {
	now := time.Now()
	return root.Chtimes(name, now, now)
}
