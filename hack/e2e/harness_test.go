// Package e2e tests gohull as people use it: real buildx, a real BuildKit
// daemon, a real registry. hack/test brings all of it up and runs this;
// by hand:
//
//	hack/lab up --docker
//	eval "$(hack/lab env)"
//	go -C hack test ./e2e
package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/hack/internal/container"
	"github.com/gohull/gohull/hack/internal/image"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func TestMain(m *testing.M) {
	if os.Getenv("GOHULL_LAB") == "" {
		fmt.Println(`e2e: skipped, the lab's environment is not set; run: hack/lab up --docker; eval "$(hack/lab env)"`)
		os.Exit(0)
	}
	code := m.Run()
	for _, name := range machines.started {
		if out, err := exec.Command("../lab", "node", "--rm", "--later", name).CombinedOutput(); err != nil {
			fmt.Printf("e2e: lab node --rm %s: %v\n%s", name, err, out)
			code = 1
		}
	}
	os.Exit(code)
}

// env is a variable that `hack/lab env` sets.
func env(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set; run: eval \"$(hack/lab env)\"", name)
	}
	return value
}

// write makes a directory that holds the files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// gohull is a build of a directory by the frontend that `hack/lab up` pushed.
// Steps that need the network trust the machine's own CA.
func gohull(t testing.TB, dir string, args ...string) buildx.Build {
	t.Helper()
	if ca := os.Getenv("GOHULL_CA"); ca != "" {
		args = append([]string{"--secret=id=ca,src=" + ca}, args...)
	}
	return plain(t, dir, args...)
}

// ref is a name in the lab's registry that belongs to the test.
func ref(t testing.TB) string {
	t.Helper()
	return env(t, "REGISTRY") + "/e2e/" + strings.ToLower(t.Name()) + ":latest"
}

// networkFlag asks the builder of the tests for another network; empty for its own.
func networkFlag() string {
	if network := os.Getenv("GOHULL_LAB_NETWORK"); network != "" {
		return "--network=" + network
	}
	return ""
}

// run runs a build, whatever comes of it. Builders that a test starts need no other
// network.
func run(t testing.TB, b buildx.Build) buildx.Result {
	t.Helper()
	if b.Builder != "" && b.Builder != os.Getenv("BUILDX_BUILDER") {
		b.Args = slices.DeleteFunc(slices.Clone(b.Args), func(arg string) bool { return arg == networkFlag() })
	}
	r, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// succeed runs a build that has to work.
func succeed(t testing.TB, b buildx.Build) buildx.Result {
	t.Helper()
	r := run(t, b)
	if r.Exit != 0 {
		t.Fatalf("the build failed with exit code %d:\n%s", r.Exit, r.Text)
	}
	return r
}

// pull gives an image for the platform that tests run on.
func pull(t testing.TB, ref string) v1.Image {
	t.Helper()
	return pullFor(t, ref, "linux/amd64")
}

func pullFor(t testing.TB, ref, platform string) v1.Image {
	t.Helper()
	im, err := image.Pull(t.Context(), ref, platform)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// config gives an image's config.
func config(t testing.TB, im v1.Image) v1.Config {
	t.Helper()
	file, err := im.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	return file.Config
}

// files gives an image's files, by path without a leading slash.
func files(t testing.TB, im v1.Image) map[string]image.File {
	t.Helper()
	all, err := image.Files(im)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// output runs an image to its end, with runc alone, and gives its exit code
// and what it printed.
func output(t testing.TB, im v1.Image, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	c, err := container.Start(container.Run{Image: im, Args: args, Output: &out})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop(time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	exit, err := c.Wait(ctx)
	if err != nil {
		t.Fatalf("%v; it printed:\n%s", err, out.String())
	}
	return exit, out.String()
}

// node starts an empty BuildKit next to the first, "" or an older version,
// for the time of the test. It gives the builder's name.
func node(t testing.TB, name, version string) string {
	t.Helper()
	args := []string{"node", name}
	if version != "" {
		args = append(args, version)
	}
	lab(t, args...)
	t.Cleanup(func() { lab(t, "node", "--rm", "--later", name) })
	return name
}

// lab runs a command of hack/lab.
func lab(t testing.TB, args ...string) {
	t.Helper()
	if out, err := exec.Command("../lab", args...).CombinedOutput(); err != nil {
		t.Fatalf("lab %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// machines are nodes that several tests share, by name.
var machines struct {
	sync.Mutex
	started []string
}

// another is a BuildKit next to the first that tests share. It has built what
// other tests had it build, and nothing of this one.
func another(t testing.TB, name string) string {
	t.Helper()
	machines.Lock()
	defer machines.Unlock()
	if !slices.Contains(machines.started, name) {
		lab(t, "node", name)
		machines.started = append(machines.started, name)
	}
	return name
}

// hasEngine reports whether the lab has a Docker Engine. All sockets of the
// lab are in one directory.
func hasEngine(t testing.TB) bool {
	t.Helper()
	return filepath.Dir(os.Getenv("DOCKER_HOST")) == filepath.Dir(env(t, "BUILDKIT_HOST"))
}

// docker runs the docker command against the lab's own Engine; without one
// the test is skipped.
func docker(t testing.TB, args ...string) string {
	t.Helper()
	if !hasEngine(t) {
		t.Skip("the lab has no Docker Engine; run: hack/lab up --docker")
	}
	cmd := exec.CommandContext(t.Context(), "docker", args...)
	cmd.Env = append(os.Environ(), "BUILDX_BUILDER=default") // the Engine's own
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// plain is a build by gohull without the machine's own CA. A daemon whose steps do not
// reach servers of the test is asked for another network.
func plain(t testing.TB, dir string, args ...string) buildx.Build {
	t.Helper()
	if network := networkFlag(); network != "" {
		args = append([]string{network}, args...)
	}
	return buildx.Build{Dir: dir, Syntax: env(t, "GOHULL_SYNTAX"), Args: args}
}

// prints checks what the image that a test pushed says.
func prints(t testing.TB, ref, want string) {
	t.Helper()
	if exit, got := output(t, pull(t, ref)); exit != 0 || got != want {
		t.Errorf("exit code %d, printed %q, want 0 and %q", exit, got, want)
	}
}

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
