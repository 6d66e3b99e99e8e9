// Package program builds the programs that the lab runs, each pinned by a
// module of its own below hack/programs. They come through the Go module
// proxy, so no image registry and no release page is needed.
package program

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Program is a set of programs that one module pins.
type Program struct {
	Name     string            // directory below hack/programs
	Packages map[string]string // name of the binary -> package
	Tags     string
	Env      []string // in addition to the one of this program; without CGO_ENABLED=1 there is no cgo
	Version  Stamp
	Takes    string // how long a first build takes, for the message
}

// Stamp is a variable that takes the version of a module at link time.
type Stamp struct{ Module, Variable string }

// Buildkit is the daemon and its client.
func Buildkit() Program {
	return Program{
		Name: "buildkit",
		Packages: map[string]string{
			"buildkitd": "github.com/moby/buildkit/cmd/buildkitd",
			"buildctl":  "github.com/moby/buildkit/cmd/buildctl",
		},
		Version: Stamp{"github.com/moby/buildkit", "github.com/moby/buildkit/version.Version"},
		Takes:   "90 s",
	}
}

// BuildkitAt is an older daemon, alone. Its version begins with "v".
func BuildkitAt(version string) Program {
	p := Buildkit()
	p.Name += "-" + version
	delete(p.Packages, "buildctl")
	p.Takes = "60 s"
	return p
}

// Buildx is the client that people use.
func Buildx() Program {
	return Program{
		Name:     "buildx",
		Packages: map[string]string{"docker-buildx": "github.com/docker/buildx/cmd/buildx"},
		Version:  Stamp{"github.com/docker/buildx", "github.com/docker/buildx/version.Version"},
		Takes:    "50 s",
	}
}

// BuildxAt is an older client. Its version begins with "v".
func BuildxAt(version string) Program {
	p := Buildx()
	p.Name += "-" + version
	return p
}

// DockerfileFrontend is BuildKit's frontend for Dockerfiles, which its daemon
// has built in as well.
func DockerfileFrontend() Program {
	p := Buildkit()
	p.Packages = map[string]string{
		"dockerfile-frontend": "github.com/moby/buildkit/frontend/dockerfile/cmd/dockerfile-frontend",
	}
	p.Takes = "40 s"
	return p
}

// Ko makes images without a builder.
func Ko() Program {
	return Program{
		Name:     "ko",
		Packages: map[string]string{"ko": "github.com/google/ko"},
		Version:  Stamp{"github.com/google/ko", "github.com/google/ko/pkg/commands.Version"},
		Takes:    "50 s",
	}
}

// Runc runs containers. The environment tells its build where libseccomp is:
// both BuildKit and Docker want system calls filtered.
func Runc(env []string) Program {
	return Program{
		Name:     "runc",
		Packages: map[string]string{"runc": "github.com/opencontainers/runc"},
		Tags:     "seccomp",
		Env:      append([]string{"CGO_ENABLED=1"}, env...),
		Version:  Stamp{"github.com/opencontainers/runc", "main.version"},
		Takes:    "10 s",
	}
}

// Containerd runs containers for Docker Engine and for Kubernetes.
func Containerd() Program {
	return Program{
		Name: "containerd",
		Packages: map[string]string{
			"containerd":              "github.com/containerd/containerd/v2/cmd/containerd",
			"containerd-shim-runc-v2": "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
		},
		Tags:    "no_btrfs",
		Version: Stamp{"github.com/containerd/containerd/v2", "github.com/containerd/containerd/v2/version.Version"},
		Takes:   "50 s",
	}
}

// Engine is Docker Engine, the containerd it starts, and the docker command.
func Engine() []Program {
	return []Program{
		Containerd(),
		{
			Name:     "dockerd",
			Packages: map[string]string{"dockerd": "github.com/moby/moby/v2/cmd/dockerd"},
			Version:  Stamp{"github.com/moby/moby/v2", "github.com/moby/moby/v2/dockerversion.Version"},
			Takes:    "100 s",
		},
		{
			Name:     "docker",
			Packages: map[string]string{"docker": "github.com/docker/cli/cmd/docker"},
			Version:  Stamp{"github.com/docker/cli", "github.com/docker/cli/cli/version.Version"},
			Takes:    "30 s",
		},
	}
}

// Tools are programs of others that the guides use. All but kustomize take
// minutes to build, and gigabytes of the build cache.
func Tools() []Program {
	return []Program{
		{
			Name:     "kustomize",
			Packages: map[string]string{"kustomize": "sigs.k8s.io/kustomize/kustomize/v5"},
			Takes:    "20 s",
		},
		{
			Name:     "cosign",
			Packages: map[string]string{"cosign": "github.com/sigstore/cosign/v3/cmd/cosign"},
			Takes:    "4 min",
		},
		{
			Name:     "helm",
			Packages: map[string]string{"helm": "helm.sh/helm/v3/cmd/helm"},
			Takes:    "2 min",
		},
	}
}

// Kubernetes is a cluster of one node, without the containerd that runs its pods.
// etcd is of the version that Kubernetes is tested with.
func Kubernetes() []Program {
	return []Program{
		{
			Name: "kubernetes",
			Packages: map[string]string{
				"etcd":                    "go.etcd.io/etcd/server/v3",
				"kube-apiserver":          "k8s.io/kubernetes/cmd/kube-apiserver",
				"kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
				"kube-scheduler":          "k8s.io/kubernetes/cmd/kube-scheduler",
				"kubelet":                 "k8s.io/kubernetes/cmd/kubelet",
			},
			Version: Stamp{"k8s.io/kubernetes", "k8s.io/component-base/version.gitVersion"},
			Takes:   "24 min of CPU time",
		},
		{
			Name: "cni",
			Packages: map[string]string{
				"bridge":     "github.com/containernetworking/plugins/plugins/main/bridge",
				"host-local": "github.com/containernetworking/plugins/plugins/ipam/host-local",
			},
			Takes: "20 s",
		},
	}
}

// Builder builds programs.
type Builder struct {
	Modules string // hack/programs
	Cache   string // directory for what is built
	Log     io.Writer
}

// Build gives the directory that holds the programs' binaries. They are built
// when the module, its tags or Go have changed since the last time.
func (b Builder) Build(ctx context.Context, p Program) (string, error) {
	module := filepath.Join(b.Modules, p.Name)
	key, err := p.key(module)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(b.Cache, p.Name+"-"+key)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	fmt.Fprintf(b.Log, "building %s (about %s the first time)\n", p.Name, p.Takes)
	temp, err := os.MkdirTemp(b.Cache, ".build-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	if err := b.compile(ctx, p, module, temp); err != nil {
		return "", err
	}
	return dir, os.Rename(temp, dir)
}

func (p Program) key(module string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), p.Tags, p.Env, p.Version, slices.Sorted(maps.Keys(p.Packages)))
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(module, name))
		if errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("no pinned module %s; hack/programs has: %s", module, known(filepath.Dir(module)))
		}
		if err != nil {
			return "", err
		}
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}

func known(modules string) string {
	dirs, _ := filepath.Glob(filepath.Join(modules, "*"))
	for i := range dirs {
		dirs[i] = filepath.Base(dirs[i])
	}
	return strings.Join(dirs, ", ")
}

func (b Builder) compile(ctx context.Context, p Program, module, out string) error {
	ldflags, err := p.ldflags(module)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(p.Packages)) {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
			"-tags", p.Tags, "-ldflags", ldflags, "-o", filepath.Join(out, name), p.Packages[name])
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
		cmd.Env = append(cmd.Env, p.Env...)
		if out, err := cmd.CombinedOutput(); err != nil { // else it says what it downloads
			return fmt.Errorf("build %s in %s: %w\n%s", p.Packages[name], module, err, out)
		}
	}
	return nil
}

func (p Program) ldflags(module string) (string, error) {
	const strip = "-s -w"
	if p.Version.Variable == "" {
		return strip, nil
	}
	name := filepath.Join(module, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	file, err := modfile.ParseLax(name, data, nil)
	if err != nil {
		return "", err
	}
	for _, r := range file.Require {
		if r.Mod.Path == p.Version.Module {
			version := strings.TrimSuffix(r.Mod.Version, "+incompatible")
			return strip + " -X " + p.Version.Variable + "=" + version, nil
		}
	}
	return "", fmt.Errorf("%s does not require %s", name, p.Version.Module)
}
