// Package layer writes image layers whose bytes depend on nothing but what
// is added to them: no owners, no times, parents before children.
package layer

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Writer writes one layer. The first error is kept and given by Close.
type Writer struct {
	blobs string // directory of blobs, as an OCI layout has it: ALGORITHM/HEX
	file  *os.File
	zip   *gzip.Writer
	tar   *tar.Writer
	sum   hash.Hash // of the compressed bytes
	diff  hash.Hash // of the tar
	made  map[string]bool
	err   error
}

// Create begins a layer that Close puts among the blobs. The level is gzip's.
func Create(blobs string, level int) (*Writer, error) {
	dir := filepath.Join(blobs, "sha256")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(dir, ".layer-*")
	if err != nil {
		return nil, err
	}
	w := &Writer{blobs: blobs, file: file, sum: sha256.New(), diff: sha256.New(), made: map[string]bool{".": true}}
	w.zip, err = gzip.NewWriterLevel(io.MultiWriter(file, w.sum), level)
	if err != nil {
		return nil, err
	}
	w.tar = tar.NewWriter(io.MultiWriter(w.zip, w.diff))
	return w, nil
}

// Dir adds a directory. The mode is a tar header's: 0o1777 has the sticky bit.
func (w *Writer) Dir(name string, mode int64) { w.OwnedDir(name, mode, 0, 0) }

// OwnedDir adds a directory of a user and a group.
func (w *Writer) OwnedDir(name string, mode int64, uid, gid int) {
	name = path.Clean(name)
	if w.made[name] {
		return
	}
	w.made[name] = true
	w.add(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, Uid: uid, Gid: gid}, nil)
}

// File adds a file that holds the data.
func (w *Writer) File(name string, mode int64, data string) {
	w.add(&tar.Header{Typeflag: tar.TypeReg, Name: path.Clean(name), Mode: mode, Size: int64(len(data))},
		func() error { _, err := io.WriteString(w.tar, data); return err })
}

// Symlink adds a symbolic link.
func (w *Writer) Symlink(name, target string) {
	w.add(&tar.Header{Typeflag: tar.TypeSymlink, Name: path.Clean(name), Linkname: target, Mode: 0o777}, nil)
}

// link adds a symbolic link of this machine, as it is.
func (w *Writer) link(name, from string) {
	target, err := os.Readlink(from)
	if err != nil {
		w.err = err
		return
	}
	w.Symlink(name, target)
}

// Copy adds a file of this machine, executable by all when its owner may
// execute it.
func (w *Writer) Copy(name, from string) {
	if w.err != nil {
		return
	}
	f, err := os.Open(from)
	if err != nil {
		w.err = err
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		w.err = err
		return
	}
	w.add(&tar.Header{Typeflag: tar.TypeReg, Name: path.Clean(name), Mode: mode(info), Size: info.Size()},
		func() error { _, err := io.Copy(w.tar, f); return err })
}

// Tree adds a directory of this machine with all in it, but for the paths that
// skip names: slash-separated and relative to the directory.
func (w *Writer) Tree(name, from string, skip func(rel string) bool) {
	err := fs.WalkDir(os.DirFS(from), ".", func(rel string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case skip(rel) && e.IsDir():
			return fs.SkipDir
		case skip(rel):
		case e.IsDir():
			w.Dir(path.Join(name, rel), 0o755)
		case e.Type().IsRegular():
			w.Copy(path.Join(name, rel), filepath.Join(from, rel))
		case e.Type() == fs.ModeSymlink:
			w.link(path.Join(name, rel), filepath.Join(from, rel))
		}
		return w.err
	})
	if w.err == nil {
		w.err = err
	}
}

func mode(info fs.FileInfo) int64 {
	if info.Mode()&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

func (w *Writer) add(h *tar.Header, body func() error) {
	if dir := path.Dir(path.Clean(h.Name)); dir != "." {
		w.Dir(dir, 0o755)
	}
	if w.err != nil {
		return
	}
	h.ModTime = time.Unix(0, 0)
	if w.err = w.tar.WriteHeader(h); w.err == nil && body != nil {
		w.err = body()
	}
}

// Close ends the layer.
func (w *Writer) Close() (v1.Layer, error) {
	defer os.Remove(w.file.Name()) // no effect once it has been renamed
	for _, c := range []io.Closer{w.tar, w.zip} {
		if err := c.Close(); w.err == nil {
			w.err = err
		}
	}
	size, err := w.file.Seek(0, io.SeekEnd)
	if cerr := w.file.Close(); err == nil {
		err = cerr
	}
	if w.err == nil {
		w.err = err
	}
	if w.err != nil {
		return nil, w.err
	}
	b := &blob{size: size, digest: sha(w.sum), diff: sha(w.diff)}
	b.path = filepath.Join(w.blobs, "sha256", b.digest.Hex)
	if err := os.Chmod(w.file.Name(), 0o644); err != nil {
		return nil, err
	}
	if err := os.Rename(w.file.Name(), b.path); err != nil {
		return nil, err
	}
	return partial.CompressedToLayer(b)
}

func sha(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(h.Sum(nil))}
}

// blob is a finished layer on disk.
type blob struct {
	path         string
	size         int64
	digest, diff v1.Hash
}

func (b *blob) Digest() (v1.Hash, error)            { return b.digest, nil }
func (b *blob) DiffID() (v1.Hash, error)            { return b.diff, nil }
func (b *blob) Size() (int64, error)                { return b.size, nil }
func (b *blob) MediaType() (types.MediaType, error) { return types.OCILayer, nil }
func (b *blob) Compressed() (io.ReadCloser, error)  { return os.Open(b.path) }
