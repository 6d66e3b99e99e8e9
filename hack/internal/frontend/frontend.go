// Package frontend makes the frontend's image from the sources of the
// repository, for each platform that a BuildKit daemon may run on.
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
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/hack/internal/layer"
	"github.com/gohull/gohull/hack/internal/store"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// recipe changes whenever Image makes another image from the same binaries.
const recipe = "1"

const entrypoint = "bin/gohull-frontend"

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

// Image compiles the frontend and gives its image under the name. The
// binaries stay in the cache folder, where the go command finds them up to
// date.
func Image(ctx context.Context, repo, cache, name string) (store.Image, error) {
	key := sha256.New()
	fmt.Fprintln(key, recipe)
	for _, p := range platforms {
		out := binary(cache, p)
		if err := compile(ctx, repo, out, p); err != nil {
			return store.Image{}, err
		}
		if err := hashFile(key, out); err != nil {
			return store.Image{}, err
		}
	}
	return store.Image{
		Names: []string{name},
		Key:   hex.EncodeToString(key.Sum(nil)),
		Make:  func(blobs string) (v1.ImageIndex, error) { return index(cache, blobs) },
	}, nil
}

func binary(cache string, p v1.Platform) string {
	return filepath.Join(cache, "gohull-frontend-"+p.Architecture)
}

func compile(ctx context.Context, repo, out string, p v1.Platform) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=grpcnotrace", "-buildvcs=false", "-ldflags", "-s -w",
		"-o", out, "./cmd/gohull-frontend")
	cmd.Dir = repo
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOOS="+p.OS, "GOARCH="+p.Architecture)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the frontend for %s: %w\n%s", p, err, out)
	}
	return nil
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

func index(cache, blobs string) (v1.ImageIndex, error) {
	var all []store.Platform
	for _, p := range platforms {
		w, err := layer.Create(blobs, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		w.Copy(entrypoint, binary(cache, p))
		l, err := w.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, store.Platform{
			Platform: p,
			Config:   v1.Config{Entrypoint: []string{"/" + entrypoint}, Labels: labels, WorkingDir: "/"},
			Layers:   []v1.Layer{l},
		})
	}
	return store.Index(all)
}
