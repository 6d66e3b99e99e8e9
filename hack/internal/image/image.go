// Package image reads images back from a registry.
package image

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// File is an entry of an image's file system.
type File struct {
	Type     byte // a tar type flag
	Mode     int64
	UID, GID int
	Time     time.Time
	Link     string // target of a link
	Data     []byte
	// Capability is the extended attribute security.capability.
	Capability string
}

// Capability returns the extended attribute of that name that an entry has.
func Capability(h *tar.Header) string { return h.PAXRecords["SCHILY.xattr.security.capability"] }

// Pull gives the image of one platform ("linux/arm64").
func Pull(ctx context.Context, ref, platform string) (v1.Image, error) {
	r, err := name.ParseReference(ref)
	if err != nil {
		return nil, err
	}
	p, err := v1.ParsePlatform(platform)
	if err != nil {
		return nil, err
	}
	return remote.Image(r, remote.WithContext(ctx), remote.WithPlatform(*p))
}

// Index gives the descriptors of a multi-platform image.
func Index(ctx context.Context, ref string) (*v1.IndexManifest, error) {
	r, err := name.ParseReference(ref)
	if err != nil {
		return nil, err
	}
	index, err := remote.Index(r, remote.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	return index.IndexManifest()
}

// Files gives what a container of the image sees, by path without a leading
// slash.
func Files(im v1.Image) (map[string]File, error) {
	files := map[string]File{}
	err := Walk(im, func(h *tar.Header, r io.Reader) error {
		data, err := io.ReadAll(r)
		files[path.Clean(h.Name)] = File{
			Type: h.Typeflag, Mode: h.Mode, UID: h.Uid, GID: h.Gid, Time: h.ModTime, Link: h.Linkname, Data: data, Capability: Capability(h),
		}
		return err
	})
	return files, err
}

// Walk visits the entries of an image's file system, layers applied.
func Walk(im v1.Image, visit func(*tar.Header, io.Reader) error) error {
	stream := mutate.Extract(im)
	defer stream.Close()
	for r := tar.NewReader(stream); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(h, r); err != nil {
			return err
		}
	}
}

// Size adds up the compressed layers, in bytes.
func Size(im v1.Image) (layers int, bytes int64, err error) {
	all, err := im.Layers()
	if err != nil {
		return 0, 0, err
	}
	for _, l := range all {
		size, err := l.Size()
		if err != nil {
			return 0, 0, err
		}
		bytes += size
	}
	return len(all), bytes, nil
}

// Perm gives the permission bits of an entry.
func (f File) Perm() fs.FileMode { return fs.FileMode(f.Mode).Perm() }
