package peer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// host is a place on this machine: caches of a peer's own, apart from those of
// the user.
type host struct {
	lab   Lab
	dir   string
	build func(context.Context, host, Job) (Built, error)
}

// host gives a peer directories to build with.
func (l Lab) host(build func(context.Context, host, Job) (Built, error)) Placer {
	return func(_ context.Context, name string) (Place, error) {
		h := host{lab: l, dir: filepath.Join(l.Temp, name), build: build}
		return h, os.MkdirAll(h.dir, 0o755)
	}
}

func (h host) Build(ctx context.Context, j Job) (Built, error) { return h.build(ctx, h, j) }
func (h host) Disk() (int64, error)                            { return diskUsage(h.dir) }
func (h host) Remove() error                                   { return h.lab.SetAside(h.dir) }

// run runs a command to its end and gives the time that it took.
func (h host) run(ctx context.Context, j Job, env []string, program string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = j.Dir
	cmd.Env = append(os.Environ(),
		"GOCACHE="+filepath.Join(h.dir, "objects"),
		"GOMODCACHE="+filepath.Join(h.dir, "modules"),
		"GOTOOLCHAIN=local",
		"GOFLAGS=-modcacherw", // so that it can be removed
		"CGO_ENABLED=0",
	)
	cmd.Env = append(cmd.Env, env...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", cmd, err, output.Bytes())
	}
	return time.Since(start), nil
}

// koBuild keeps programs in KOCACHE, which saves linking them again.
func koBuild(ctx context.Context, h host, j Job) (Built, error) {
	settings := filepath.Join(h.dir, "ko.yaml")
	if err := os.WriteFile(settings, []byte(h.lab.koSettings()), 0o644); err != nil {
		return Built{}, err
	}
	repository, naming := h.lab.Registry+"/bench/ko", "--base-import-paths"
	if len(j.Mains) == 1 {
		repository, naming = repository+"/"+name(j.Mains[0]), "--bare"
	}
	env := []string{"KO_DOCKER_REPO=" + repository, "KO_CONFIG_PATH=" + settings, "KOCACHE=" + filepath.Join(h.dir, "programs")}
	args := []string{"build", naming, "--sbom=none", "--platform=" + strings.Join(platforms(j), ",")}
	took, err := h.run(ctx, j, env, "ko", append(args, j.Mains...)...)
	if err != nil {
		return Built{}, err
	}
	b := Built{Took: took}
	for _, main := range j.Mains {
		ref := repository
		if len(j.Mains) > 1 {
			ref += "/" + name(main)
		}
		if err := b.add(ctx, ref+":latest", platforms(j)); err != nil {
			return Built{}, err
		}
	}
	return b, nil
}

// goBuild leaves programs on this machine and makes no image, or runs tests.
func goBuild(ctx context.Context, h host, j Job) (Built, error) {
	var b Built
	if j.Tests != nil {
		var err error
		b.Took, err = h.run(ctx, j, nil, "go", append([]string{"test"}, j.Tests.Packages...)...)
		return b, err
	}
	for _, p := range platforms(j) {
		goos, goarch, _ := strings.Cut(p, "/")
		out := filepath.Join(h.dir, "programs", goos+"-"+goarch) + "/"
		env := []string{"GOOS=" + goos, "GOARCH=" + goarch}
		args := append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", out}, j.Mains...)
		took, err := h.run(ctx, j, env, "go", args...)
		if err != nil {
			return Built{}, err
		}
		b.Took += took
		if err := b.addPrograms(out); err != nil {
			return Built{}, err
		}
	}
	return b, nil
}

func (b *Built) addPrograms(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		b.Content += fmt.Sprintf("%x\n", sha256.Sum256(data))
	}
	return nil
}
