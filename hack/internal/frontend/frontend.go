// Package frontend makes the images of frontends: gohull's from the sources of
// the repository, for each platform that a BuildKit daemon may run on, and
// BuildKit's own for Dockerfiles, which gohull is measured against.
package frontend

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gohull/gohull/hack/internal/layer"
	"github.com/gohull/gohull/hack/internal/store"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// recipe changes whenever Image makes another image from the same binaries.
const recipe = "2"

// labels tell BuildKit what the frontend can do. Without the first one it
// refuses `--call` and named contexts; the second lets it start the frontend
// where containers have no network.
var labels = map[string]string{
	"moby.buildkit.frontend.caps": strings.Join([]string{
		"moby.buildkit.frontend.inputs",
		"moby.buildkit.frontend.subrequests",
		"moby.buildkit.frontend.contexts",
		"moby.buildkit.frontend.gitquerystring",
		"moby.buildkit.frontend.contexts.zstd",
	}, ","),
	"moby.buildkit.frontend.network.none": "true",
}

var platforms = []v1.Platform{
	{OS: "linux", Architecture: "amd64"},
	{OS: "linux", Architecture: "arm64", Variant: "v8"},
}

// programs are those of the frontend's image, in the order of their layers. The
// frontend changes more often than the program of the steps.
var programs = []string{"gohull-step", "gohull-frontend"}

// Image compiles the frontend and the program of the steps, and returns their
// image under the name. The binaries stay in the cache directory, where the go
// command finds them up to date.
func Image(ctx context.Context, repo, cache, name string) (store.Image, error) {
	var all []built
	for _, p := range platforms {
		b := built{p, filepath.Join(cache, p.Architecture), programs}
		if err := compile(ctx, repo, b); err != nil {
			return store.Image{}, err
		}
		all = append(all, b)
	}
	return image(name, "bin/gohull-frontend", all)
}

// Dockerfile returns the image of BuildKit's Dockerfile frontend, for this
// machine's platform, as docker/dockerfile has it.
func Dockerfile(binary, name string) (store.Image, error) {
	here := v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
	return image(name, "bin/dockerfile-frontend", []built{{here, filepath.Dir(binary), []string{filepath.Base(binary)}}})
}

// built are programs for one platform.
type built struct {
	platform v1.Platform
	dir      string
	names    []string // of files in dir
}

func compile(ctx context.Context, repo string, b built) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=grpcnotrace", "-buildvcs=false", "-ldflags", "-s -w",
		"-o", b.dir+string(filepath.Separator))
	for _, name := range b.names {
		cmd.Args = append(cmd.Args, "./cmd/"+name)
	}
	cmd.Dir = repo
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOOS="+b.platform.OS, "GOARCH="+b.platform.Architecture)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the frontend for %s: %w\n%s", b.platform, err, out)
	}
	return nil
}

// image returns an image of nothing but programs, in the directory of the
// entrypoint.
func image(name, entrypoint string, all []built) (store.Image, error) {
	key := sha256.New()
	fmt.Fprintln(key, recipe)
	for _, b := range all {
		for _, name := range b.names {
			if err := hashFile(key, filepath.Join(b.dir, name)); err != nil {
				return store.Image{}, err
			}
		}
	}
	return store.Image{
		Names: []string{name},
		Key:   hex.EncodeToString(key.Sum(nil)),
		Make:  func(blobs string) (v1.ImageIndex, error) { return index(blobs, entrypoint, all) },
	}, nil
}

func hashFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

func index(blobs, entrypoint string, all []built) (v1.ImageIndex, error) {
	var images []store.Platform
	for _, b := range all {
		layers, err := b.layers(blobs, path.Dir(entrypoint))
		if err != nil {
			return nil, err
		}
		images = append(images, store.Platform{
			Platform: b.platform,
			Config:   v1.Config{Entrypoint: []string{"/" + entrypoint}, Labels: labels, WorkingDir: "/"},
			Layers:   layers,
		})
	}
	return store.Index(images)
}

// layers returns a layer for each program.
func (b built) layers(blobs, to string) ([]v1.Layer, error) {
	var all []v1.Layer
	for _, name := range b.names {
		w, err := layer.Create(blobs, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		w.Copy(path.Join(to, name), filepath.Join(b.dir, name))
		l, err := w.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
