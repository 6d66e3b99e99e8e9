package repository

import (
	"bytes"
	"compress/bzip2"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
	"github.com/gohull/gohull/llb/step/image/packages/debian/resolve"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

// kept are the fields that are needed of a package. The others are half of an index.
var kept = map[string]bool{
	"Package": true, "Version": true, "Architecture": true, "Source": true, "Priority": true,
	"Essential": true, "Multi-Arch": true, "Pre-Depends": true, "Depends": true, "Conflicts": true,
	"Breaks": true, "Provides": true, "Filename": true, "Size": true, "SHA256": true,
}

// Packages fetches the index of every component of a suite for an architecture,
// verifies it, and passes each package to add.
func (s Source) Packages(ctx context.Context, fetch packages.Fetch, r *Release, arch string, add func(*resolve.Package)) error {
	for _, name := range s.indexes(r, arch) {
		data, err := s.index(ctx, fetch, r, name)
		if err == nil {
			err = s.read(data, arch, r.priority(), add)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", s, name, err)
		}
	}
	return s.unknown(r)
}

// indexes returns the names of the indexes, without what they are compressed with.
func (s Source) indexes(r *Release, arch string) (names []string) {
	if s.flat() {
		return []string{"Packages"}
	}
	for _, component := range s.Components {
		if r.hasArch(arch) {
			names = append(names, path.Join(component, "binary-"+arch, "Packages"))
		}
		// Debian has packages for all architectures in the index of each one.
		all := path.Join(component, "binary-all", "Packages")
		if r.Get("No-Support-for-Architecture-all") != "Packages" && r.hasArch("all") && r.has(all) {
			names = append(names, all)
		}
	}
	return names
}

// has reports whether a suite has an index, in some compression.
func (r *Release) has(name string) bool {
	for _, c := range compressions {
		if _, found := r.files[name+c.ext]; found {
			return true
		}
	}
	return false
}

// unknown reports components that a suite does not have.
func (s Source) unknown(r *Release) error {
	have, found := r.Lookup("Components")
	if !found {
		return nil
	}
	for _, component := range s.Components {
		known := false
		for name := range strings.FieldsSeq(have) {
			// The security archive of old releases calls it "updates/main".
			known = known || name == component || path.Base(name) == component
		}
		if !known {
			return fmt.Errorf("%s: %s has no component %q, only %s", s.Where, s, component, have)
		}
	}
	return nil
}

// compressions are those of indexes, the one that is read fastest first.
var compressions = []struct {
	ext string
	new func(io.Reader) (io.Reader, error)
}{
	{".zst", newZstd},
	{".gz", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
	{".xz", func(r io.Reader) (io.Reader, error) { return xz.NewReader(r, xz.DefaultDictMax) }},
	{".bz2", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},
	{"", func(r io.Reader) (io.Reader, error) { return r, nil }},
}

func newZstd(r io.Reader) (io.Reader, error) {
	z, err := zstd.NewReader(r)
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// index fetches an index. A suite may name one that the archive does not keep.
func (s Source) index(ctx context.Context, fetch packages.Fetch, r *Release, name string) (io.Reader, error) {
	err := error(&fs.PathError{Op: "find", Path: name, Err: fs.ErrNotExist})
	for _, c := range compressions {
		f, named := r.files[name+c.ext]
		if !named {
			continue
		}
		var data []byte
		if data, err = s.verified(ctx, fetch, r, name+c.ext, f); err == nil {
			return c.new(bytes.NewReader(data))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, err
}

// verified fetches a file that the suite names. By its hash, the file is found
// also while the archive changes.
func (s Source) verified(ctx context.Context, fetch packages.Fetch, r *Release, name string, f file) ([]byte, error) {
	urls := []string{s.dir() + path.Join("/", name)}
	if isTrue(r.Get("Acquire-By-Hash"), false) {
		byHash := s.dir() + path.Join("/", path.Dir(name), "by-hash/SHA256", f.sha256)
		urls = []string{byHash, urls[0]}
	}
	var data []byte
	var err error
	for _, url := range urls {
		if data, err = get(ctx, fetch, url, f.size); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != strings.ToLower(f.sha256) {
		return nil, fmt.Errorf("%s has the checksum %x, want %s as the signed Release says; the mirror may be between two states, try again", name, got, f.sha256)
	}
	return data, nil
}

// read reads an index.
func (s Source) read(in io.Reader, arch string, priority int, add func(*resolve.Package)) error {
	r := control.NewReader(in, kept)
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		pkg := resolve.NewPackage(p)
		if pkg.Arch != arch && pkg.Arch != "all" {
			continue
		}
		pkg.Priority = priority
		pkg.Root = s.URL
		add(pkg)
	}
}
