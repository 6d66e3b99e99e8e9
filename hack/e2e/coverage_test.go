package e2e

import (
	"archive/tar"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/image"
	"github.com/gohull/gohull/internal/capability"
	"github.com/gohull/gohull/internal/coverage"
	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// coverageCases are cases of docs/coverage that are built and started. They
// differ in shape: TestCoverage of the frontend plans all of them.
var coverageCases = []struct {
	name string
	args []string // of the container; empty for the image's own command
}{
	{name: "gatus"},                          // scratch, files and directories of the context
	{name: "kubebuilder"},                    // distroless, another place and name
	{name: "prometheus"},                     // two programs, owners, symlinks, a volume
	{name: "etcd"},                           // a workspace, no entrypoint, a command
	{name: "cert-manager"},                   // a module below the root
	{name: "k6"},                             // a user with a home
	{name: "cloudflared"},                    // a user without a home, a health check
	{name: "seaweedfs"},                      // a script starts the program
	{name: "alertmanager"},                   // an owned directory
	{name: "coredns"},                        // a capability
	{name: "linkerd", args: []string{"tap"}}, // no entrypoint and no command: the caller names the program
}

// TestCoverage builds specs that replace real projects' Dockerfiles. Each image
// has what the Dockerfile declares, and its own command starts it.
func TestCoverage(t *testing.T) {
	t.Parallel()
	cases, err := coverage.Read("../../docs/coverage")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range coverageCases {
		t.Run(want.name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(cases, func(c coverage.Case) bool { return c.Name == want.name })
			if i < 0 {
				t.Fatal("there is no such case")
			}
			im := buildCase(t, cases[i])
			declared := declares(t, im)
			declared.Config.Labels = cases[i].Asked(declared.Config.Labels)
			if diff := cmp.Diff(cases[i].Image(), declared.String()); diff != "" {
				t.Errorf("-declared +built\n%s", diff)
			}
			if exit, text := output(t, im, want.args...); exit != 0 {
				t.Errorf("the image's command exited with %d; it printed:\n%s", exit, text)
			}
		})
	}
}

var (
	goLine   = regexp.MustCompile(`(?m)^go 1\.26\.0$`)
	baseLine = regexp.MustCompile(`(?m)^base: (\S+/\S+)$`)
)

// buildCase builds a case's spec, with the Go that the lab has. An Alpine stands
// in for other bases than those that a spec names with a word.
func buildCase(t *testing.T, c coverage.Case) v1.Image {
	t.Helper()
	project := c.Context()
	for name, text := range project {
		if base := path.Base(name); base == "go.mod" || base == "go.work" {
			project[name] = goLine.ReplaceAllString(text, "go "+goVersion())
		}
	}
	dir := write(t, project)
	for _, name := range c.Executable {
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var args []string
	for _, flag := range c.Flags {
		name, value, _ := strings.Cut(flag, " ")
		switch name {
		case "--build-arg":
			args = append(args, flag[:len(name)]+"="+value)
		case "--revision":
			args = append(args, "--build-arg=COMMIT="+value)
		}
	}
	if base := baseLine.FindStringSubmatch(c.Spec()); base != nil {
		args = append(args, "--build-context="+base[1]+"=docker-image://docker.io/library/alpine:3.22")
	}
	b := gohull(t, dir, args...)
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
	layers := baseLayers(t, im)
	base, own := below(t, im, layers), above(t, im, layers)
	declared.Users = added(base, own, "etc/passwd")
	declared.Groups = added(base, own, "etc/group")
	for name, f := range own {
		declared.Entries = append(declared.Entries, coverage.Entry{
			Path: "/" + name, Mode: fileMode(name, f), UID: f.UID, GID: f.GID, Link: f.Link, Capabilities: capabilities(f),
		})
	}
	return declared
}

// added returns the lines of a file of users or groups that the base does not
// have. The file and its shadow are no entries then, nor are directories that
// are as the base has them.
func added(base, own map[string]image.File, name string) []string {
	file, ok := own[name]
	maps.DeleteFunc(own, func(name string, f image.File) bool {
		was, ok := base[name]
		return ok && f.Type == tar.TypeDir && f.Mode == was.Mode && f.UID == was.UID && f.GID == was.GID
	})
	for _, n := range []string{name, "etc/shadow", "etc/gshadow"} {
		delete(own, n)
	}
	if !ok {
		return nil
	}
	return slices.DeleteFunc(lines(file), func(line string) bool { return line == "" || slices.Contains(lines(base[name]), line) })
}

func lines(f image.File) []string { return strings.Split(string(f.Data), "\n") }

// capabilities returns those that a file gives.
func capabilities(f image.File) []string {
	var all []string
	for _, name := range capability.Names() {
		if f.Capability != "" && isSubset(capability.Data([]string{name}), f.Capability) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// isSubset reports whether an attribute has all bits of another.
func isSubset(bits []byte, attribute string) bool {
	for i, b := range bits {
		if i >= len(attribute) || b&attribute[i] != b {
			return false
		}
	}
	return true
}

// fileMode returns the mode of a file of an image.
func fileMode(name string, f image.File) fs.FileMode {
	return (&tar.Header{Typeflag: f.Type, Name: name, Mode: f.Mode}).FileInfo().Mode()
}

// below returns the files of an image's first layers.
func below(t *testing.T, im v1.Image, count int) map[string]image.File {
	t.Helper()
	layers, err := im.Layers()
	if err != nil {
		t.Fatal(err)
	}
	base, err := mutate.AppendLayers(empty.Image, layers[:count]...)
	if err != nil {
		t.Fatal(err)
	}
	return files(t, base)
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
