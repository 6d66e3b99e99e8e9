// Package store keeps images on disk, as an OCI layout, and pushes them to a
// registry. The lab's registry serves the layout's blobs as its own, so a
// push moves only manifests.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Annotations of the layout's entries.
const (
	nameAnnotation = "org.opencontainers.image.ref.name"
	keyAnnotation  = "com.gohull.lab.key"
)

// Store is an OCI layout.
type Store struct{ path layout.Path }

// Image is an image that can be made again.
type Image struct {
	Names []string // repository and tag, without a registry
	Key   string   // changes with everything that the image is made from
	Make  func(blobs string) (v1.ImageIndex, error)
}

// Platform is an image of a multi-platform one.
type Platform struct {
	Platform v1.Platform
	Config   v1.Config
	Layers   []v1.Layer
}

// Open gives the layout in a directory, a new one when there is none.
func Open(dir string) (Store, error) {
	path, err := layout.FromPath(dir)
	if errors.Is(err, fs.ErrNotExist) {
		path, err = layout.Write(dir, mutate.IndexMediaType(empty.Index, types.OCIImageIndex))
	}
	if err != nil {
		return Store{}, err
	}
	s := Store{path}
	return s, os.MkdirAll(filepath.Join(s.Blobs(), "sha256"), 0o755)
}

// Blobs is the directory of the layout's blobs.
func (s Store) Blobs() string { return filepath.Join(string(s.path), "blobs") }

// Sweep removes what no image of the layout needs, and uploads to the registry
// that were interrupted.
func (s Store) Sweep() error {
	uploads, err := filepath.Glob(filepath.Join(s.Blobs(), "upload-*"))
	for _, u := range uploads {
		err = errors.Join(err, os.Remove(u))
	}
	if err != nil {
		return err
	}
	unused, err := s.path.GarbageCollect()
	for _, h := range unused {
		err = errors.Join(err, s.path.RemoveBlob(h))
	}
	return err
}

// Push makes an image unless the layout holds it with the same key, and
// pushes it unless the registry has it. It reports whether it had to make it.
func (s Store) Push(ctx context.Context, registry string, im Image) (made bool, err error) {
	index, err := s.find(im)
	if err != nil {
		return false, err
	}
	if index == nil {
		made = true
		if index, err = s.add(im); err != nil {
			return false, fmt.Errorf("make image %s: %w", im.Names[0], err)
		}
	}
	for _, n := range im.Names {
		if err := push(ctx, registry+"/"+n, index); err != nil {
			return made, err
		}
	}
	return made, nil
}

// find gives the image with the key, nil when there is none.
func (s Store) find(im Image) (v1.ImageIndex, error) {
	all, err := s.path.ImageIndex()
	if err != nil {
		return nil, err
	}
	manifest, err := all.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, d := range manifest.Manifests {
		if d.Annotations[nameAnnotation] == im.Names[0] && d.Annotations[keyAnnotation] == im.Key {
			return all.ImageIndex(d.Digest)
		}
	}
	return nil, nil
}

func (s Store) add(im Image) (v1.ImageIndex, error) {
	index, err := im.Make(s.Blobs())
	if err != nil {
		return nil, err
	}
	err = s.path.ReplaceIndex(index, match.Name(im.Names[0]), layout.WithAnnotations(map[string]string{
		nameAnnotation: im.Names[0],
		keyAnnotation:  im.Key,
	}))
	return index, err
}

func push(ctx context.Context, to string, index v1.ImageIndex) error {
	ref, err := name.ParseReference(to)
	if err != nil {
		return err
	}
	want, err := index.Digest()
	if err != nil {
		return err
	}
	if d, err := remote.Head(ref, remote.WithContext(ctx)); err == nil && d.Digest == want {
		return nil
	}
	return remote.WriteIndex(ref, index, remote.WithContext(ctx))
}

// Index puts platforms together to one image.
func Index(platforms []Platform) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range platforms {
		image, err := p.image()
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &p.Platform},
		})
	}
	return index, nil
}

func (p Platform) image() (v1.Image, error) {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.ConfigFile(base, &v1.ConfigFile{
		Architecture: p.Platform.Architecture,
		OS:           p.Platform.OS,
		Variant:      p.Platform.Variant,
		Config:       p.Config,
		RootFS:       v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(image, p.Layers...)
}
