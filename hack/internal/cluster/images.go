package cluster

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"

	"github.com/gohull/gohull/hack/internal/layer"
	"github.com/gohull/gohull/hack/internal/store"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Images stand in for those of Kubernetes and BuildKit.
const (
	Pause    = "pause:1"
	Buildkit = "moby/buildkit:lab"
)

// Programs are the files that the images are made from. Other programs have other
// names.
type Programs struct {
	Busybox  string   // a static one
	Debian   string   // a directory that has Debian's glibc, which runc needs
	Buildkit []string // buildkitd, buildctl and runc
}

// Images returns an image that does nothing, which each pod has, and an image of BuildKit.
func Images(p Programs) []store.Image {
	sum := sha256.Sum256(fmt.Append(nil, p))
	key := hex.EncodeToString(sum[:])
	return []store.Image{
		{Names: []string{Pause}, Key: key, Make: p.pause},
		{Names: []string{Buildkit}, Key: key, Make: p.buildkit},
	}
}

var platform = v1.Platform{OS: "linux", Architecture: "amd64"}

func (p Programs) pause(blobs string) (v1.ImageIndex, error) {
	w, err := layer.Create(blobs, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w.Copy("bin/busybox", p.Busybox)
	return index(w, v1.Config{Entrypoint: []string{"/bin/busybox", "sleep", "1000000"}})
}

// buildkit has its state in a volume, as the real image.
func (p Programs) buildkit(blobs string) (v1.ImageIndex, error) {
	w, err := layer.Create(blobs, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w.Copy("bin/busybox", p.Busybox)
	w.Symlink("bin/sh", "/bin/busybox")
	w.Tree("lib", filepath.Join(p.Debian, "lib"), func(string) bool { return false })
	w.Tree("lib64", filepath.Join(p.Debian, "lib64"), func(string) bool { return false })
	for _, file := range p.Buildkit {
		w.Copy("usr/bin/"+filepath.Base(file), file)
	}
	w.Dir("tmp", 0o1777)
	return index(w, v1.Config{
		Entrypoint: []string{"buildkitd"},
		Env:        []string{"PATH=/usr/bin:/bin"},
		Volumes:    map[string]struct{}{"/var/lib/buildkit": {}},
	})
}

// index ends a layer, and makes an image of it.
func index(w *layer.Writer, config v1.Config) (v1.ImageIndex, error) {
	l, err := w.Close()
	if err != nil {
		return nil, err
	}
	return store.Index([]store.Platform{{Platform: platform, Config: config, Layers: []v1.Layer{l}}})
}
