package e2e

import (
	"archive/tar"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/image"
	"github.com/gohull/gohull/internal/coverage"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// coverageCases are cases of docs/coverage that are built and started. They
// differ in shape: TestCoverage of the frontend plans all of them.
var coverageCases = []string{
	"gatus",       // scratch, files of the context
	"kubebuilder", // distroless, another place and name
}

// TestCoverage builds specs that replace real projects' Dockerfiles. Each image
// has what the Dockerfile declares, and its own command starts it.
func TestCoverage(t *testing.T) {
	cases, err := coverage.Read("../../docs/coverage")
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]coverage.Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	for _, name := range coverageCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := byName[name]
			if !ok {
				t.Fatal("there is no such case")
			}
			im := buildCase(t, c)
			if diff := cmp.Diff(c.Image(), declares(t, im).String()); diff != "" {
				t.Errorf("-declared +built\n%s", diff)
			}
			if exit, text := output(t, im); exit != 0 {
				t.Errorf("the image's command exited with %d; it printed:\n%s", exit, text)
			}
		})
	}
}

// buildCase builds a case's spec, with the Go that the lab has.
func buildCase(t *testing.T, c coverage.Case) v1.Image {
	t.Helper()
	context := c.Context()
	for name, text := range context {
		if path.Base(name) == "go.mod" {
			context[name] = strings.ReplaceAll(text, "\ngo 1.26.0\n", "\ngo "+goVersion()+"\n")
		}
	}
	dir := write(t, context)
	for _, name := range c.Executable {
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b := gohull(t, dir)
	b.Push = env(t, "REGISTRY") + "/e2e/coverage-" + c.Name + ":latest"
	succeed(t, b)
	return pull(t, b.Push)
}

// declares returns what users of an image rely on.
func declares(t *testing.T, im v1.Image) coverage.Image {
	t.Helper()
	var declared coverage.Image
	data, err := json.Marshal(config(t, im))
	if err == nil {
		err = json.Unmarshal(data, &declared.Config)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range above(t, im, baseLayers(t, im)) {
		declared.Entries = append(declared.Entries, coverage.Entry{
			Path: "/" + name, Mode: fileMode(name, f), UID: f.UID, GID: f.GID, Link: f.Link,
		})
	}
	return declared
}

// fileMode returns the mode of a file of an image.
func fileMode(name string, f image.File) fs.FileMode {
	return (&tar.Header{Typeflag: f.Type, Name: name, Mode: f.Mode}).FileInfo().Mode()
}

// baseLayers returns how many layers come from the base, or make the root file
// system of scratch.
func baseLayers(t *testing.T, im v1.Image) int {
	t.Helper()
	file, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	base := 0
	for _, h := range file.History {
		own := strings.HasPrefix(h.CreatedBy, "gohull: ") && h.CreatedBy != "gohull: root file system"
		if !h.EmptyLayer && !own {
			base++
		}
	}
	return base
}
