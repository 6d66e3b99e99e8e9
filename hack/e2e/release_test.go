package e2e

import (
	"archive/tar"
	"bytes"
	"io"
	"path"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// TestRelease builds a project with three frontends: the lab's, one with
// another program of the frontend, and one with another program of the steps.
// The second leaves every step CACHED, the third runs all again that have
// something to do with gohull.
func TestRelease(t *testing.T) {
	b := cached(t, withFiles)
	first := succeed(t, b)
	b.Syntax = released(t, "gohull-frontend")
	again := succeed(t, b)
	if ran := again.Steps(); len(ran) > 0 || again.Digest != first.Digest {
		t.Errorf("with a new frontend, %q ran again; digest %s, then %s", ran, first.Digest, again.Digest)
	}
	b.Syntax = released(t, "gohull-step")
	ran := succeed(t, b).Steps()
	for _, name := range []string{"find packages", sourceStep, compileStep, rootfsStep} {
		if !slices.Contains(ran, name) {
			t.Errorf("with another program of the steps, %q ran, want %q among them", ran, name)
		}
	}
}

// released pushes the lab's frontend with another version of one of its
// programs, and returns its name. A program with more bytes at its end runs as
// before.
func released(t *testing.T, program string) string {
	t.Helper()
	im := pull(t, env(t, "GOHULL_SYNTAX"))
	file := path.Join("bin", program)
	was, ok := files(t, im)[file]
	if !ok {
		t.Fatalf("the frontend's image has no %s", file)
	}
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	data := slices.Concat(was.Data, []byte(t.TempDir())) // a text that no earlier test has had
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file, Mode: 0o755, Size: int64(len(data))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	if im, err = mutate.AppendLayers(im, l); err != nil {
		t.Fatal(err)
	}
	to, err := name.ParseReference(ref(t) + "-" + program)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(to, im, remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	return to.String()
}
