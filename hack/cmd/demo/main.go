// Command demo builds a project through its `# syntax=` line, as people do,
// and runs what came out. `hack/demo` builds and runs it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/gohull/gohull/hack/internal/image"
)

const usage = `Usage: hack/demo [DIR]

Builds the project in DIR (examples/hello) with gohull, shows the image, runs it
with PORT set to a free port, and fetches / from it.

It uses your Docker if there is one: the frontend is built into its image store,
or pushed as GOHULL_SYNTAX=registry.example/gohull:1 if you name a registry.
Otherwise it brings up the lab (see hack/lab) and uses that.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := project(os.Args[1:])
	if err == nil {
		err = demo(ctx, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// project is the directory to build.
func project(args []string) (string, error) {
	switch {
	case len(args) > 1 || len(args) == 1 && strings.HasPrefix(args[0], "-"):
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	case len(args) == 1:
		return filepath.Abs(args[0])
	}
	repo := os.Getenv("GOHULL_REPO")
	if repo == "" {
		return "", errors.New("GOHULL_REPO is not set; start this through hack/demo")
	}
	return filepath.Join(repo, "examples", "hello"), nil
}

func demo(ctx context.Context, dir string) error {
	e, err := choose(ctx)
	if err != nil {
		return err
	}
	name := "demo/" + strings.ToLower(filepath.Base(dir)) + ":latest"
	built, err := build(ctx, e, dir, name)
	if err != nil {
		return err
	}
	if err := describe(ctx, built); err != nil {
		return err
	}
	return show(ctx, e, built)
}

// built is an image that was built.
type built struct {
	ref    string // to run and to pull it by
	digest string
	took   time.Duration
}

// build runs buildx with its progress for people.
func build(ctx context.Context, e engine, dir, name string) (built, error) {
	temp, err := os.MkdirTemp("", "demo-*")
	if err != nil {
		return built{}, err
	}
	defer os.RemoveAll(temp)
	metadata := filepath.Join(temp, "metadata.json")
	spec, err := writeSpec(dir, e.syntax, temp)
	if err != nil {
		return built{}, err
	}
	b := built{ref: e.ref(name)}
	args := []string{"build", "--progress=plain", "--metadata-file=" + metadata,
		"--file=" + spec, "--output=" + e.output(b.ref)}
	if ca := os.Getenv("GOHULL_CA"); ca != "" {
		args = append(args, "--secret=id=ca,src="+ca)
	}
	cmd := exec.CommandContext(ctx, e.buildx[0], append(append(e.buildx[1:], args...), dir)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	fmt.Printf("$ %s\n", strings.Join(cmd.Args, " "))
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return built{}, fmt.Errorf("the build failed: %w", err)
	}
	b.took = time.Since(start)
	b.digest, err = digest(metadata)
	return b, err
}

// writeSpec writes the project's spec to a directory, with a first line that
// names the frontend just built. A project without a spec gets that line, and
// a toolchain that no image registry needs to have.
func writeSpec(dir, syntax, to string) (string, error) {
	name, rest := "gohull.yaml", "toolchain: module\n"
	for _, candidate := range []string{"gohull.yaml", "Dockerfile"} {
		data, err := os.ReadFile(filepath.Join(dir, candidate))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		first, below, _ := strings.Cut(string(data), "\n")
		if strings.HasPrefix(first, "# syntax=") && strings.Contains(first, "gohull") {
			name, rest = candidate, below
			break
		}
	}
	text := "# syntax=" + syntax + "\n" + rest
	fmt.Printf("%s:\n%s\n", name, text)
	file := filepath.Join(to, name)
	return file, os.WriteFile(file, []byte(text), 0o644)
}

// digest reads what buildx tells about the image.
func digest(metadata string) (string, error) {
	data, err := os.ReadFile(metadata)
	if err != nil {
		return "", err
	}
	var result struct {
		Digest string `json:"containerimage.digest"`
	}
	err = json.Unmarshal(data, &result)
	return result.Digest, err
}

// describe prints the image's vital signs.
func describe(ctx context.Context, b built) error {
	fmt.Printf("\nbuilt  %s\ntime   %.1f s\n", b.ref, b.took.Seconds())
	im, err := image.Pull(ctx, b.ref, "linux/"+runtime.GOARCH)
	if err != nil { // in the user's Docker alone, not in a registry
		fmt.Printf("digest %s\n", b.digest)
		return nil
	}
	// The digest that buildx tells covers the provenance as well, which has
	// another time in every build.
	digest, err := im.Digest()
	if err != nil {
		return err
	}
	layers, bytes, err := image.Size(im)
	if err != nil {
		return err
	}
	fmt.Printf("digest %s\nsize   %.1f MB, compressed, in %d layers\n", digest, float64(bytes)/1e6, layers)
	return nil
}
