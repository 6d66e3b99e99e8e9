// Package lab is a laboratory on one machine: a real BuildKit daemon, a
// registry and, when asked for, a real Docker Engine, all built from source
// and apart from whatever else the machine runs. It needs root, Go, git, a C
// compiler and, on Debian, its packages.
package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gohull/gohull/hack/internal/daemon"
	"github.com/gohull/gohull/hack/internal/frontend"
	"github.com/gohull/gohull/hack/internal/program"
	"github.com/gohull/gohull/hack/internal/standin"
	"github.com/gohull/gohull/hack/internal/store"
)

// Main is the name of the builder that `lab up` starts.
const Main = "gohull"

// grace is how long a process may take to end by itself.
const grace = 20 * time.Second

// machineCA is where Debian and most others keep the machine's CA bundle.
const machineCA = "/etc/ssl/certs/ca-certificates.crt"

// Lab is a lab on disk, up or down.
type Lab struct {
	Repo string // the checkout
	Dir  string // all the lab's files, by default .lab in the checkout
	Log  io.Writer
}

func (l Lab) path(elem ...string) string { return filepath.Join(append([]string{l.Dir}, elem...)...) }
func (l Lab) bin() string                { return l.path("bin") }
func (l Lab) daemons() daemon.Dir        { return daemon.Dir(l.path("run")) }

// sockets is the directory of the unix sockets: their paths are limited to 107
// bytes, which a deep checkout would pass.
func (l Lab) sockets() string {
	if len(l.Dir) < 50 {
		return l.path("run")
	}
	sum := sha256.Sum256([]byte(l.Dir))
	return "/run/gohull-lab-" + hex.EncodeToString(sum[:4])
}

// mark is a line in the environment of all that the lab starts, by which
// `down` knows what was left behind.
func (l Lab) mark() string { return "GOHULL_LAB_MARK=" + l.Dir }

// environ is the environment of the lab's daemons.
func (l Lab) environ() []string {
	return append(os.Environ(), l.mark(), "PATH="+l.bin()+":"+os.Getenv("PATH")+":/usr/sbin:/sbin")
}

func (l Lab) logf(format string, args ...any) { fmt.Fprintf(l.Log, format+"\n", args...) }

// lock keeps others from changing the lab at the same time; they wait.
func (l Lab) lock() (unlock func(), err error) {
	for _, dir := range []string{l.Dir, l.path("run"), l.path("programs"), l.path("frontend"), l.bin(), l.sockets()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
	}
	f, err := os.Create(l.path("lock"))
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

// locked runs a function with the lock of the lab.
func (l Lab) locked(do func() error) error {
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	return do()
}

// Up brings up what is not up yet, and the current sources' frontend.
func (l Lab) Up(ctx context.Context, engine bool) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("the lab's daemons need root; run it as root or with sudo -E")
	}
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	seccomp, err := l.seccomp(ctx)
	if err != nil {
		return err
	}
	if err := l.programs(ctx, program.Runc(seccomp), program.Buildkit(), program.Buildx()); err != nil {
		return err
	}
	registry, err := l.startRegistry(ctx)
	if err != nil {
		return err
	}
	images, err := l.standins(ctx)
	if err != nil {
		return err
	}
	if err := l.push(ctx, registry, images...); err != nil {
		return err
	}
	if err := l.startNode(ctx, Main, NodeOptions{}); err != nil {
		return err
	}
	if engine {
		if err := l.startEngine(ctx); err != nil {
			return err
		}
	}
	// Last, so that the lab is up also when the sources do not compile.
	front, err := frontend.Image(ctx, l.Repo, l.path("frontend"), "gohull:1")
	if err != nil {
		return err
	}
	return l.push(ctx, registry, front)
}

// Install builds programs and links them into the lab's bin directory.
func (l Lab) Install(ctx context.Context, all ...program.Program) error {
	return l.locked(func() error { return l.programs(ctx, all...) })
}

// Build builds a program and returns the directory that has it.
func (l Lab) Build(ctx context.Context, p program.Program) (string, error) {
	unlock, err := l.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	return l.builder().Build(ctx, p)
}

// Program is the file of an installed program.
func (l Lab) Program(name string) string { return filepath.Join(l.bin(), name) }

// Push puts images into the lab's registry. They are gone when the lab goes
// down.
func (l Lab) Push(ctx context.Context, images ...store.Image) error {
	return l.locked(func() error { return l.push(ctx, l.registryAddress(), images...) })
}

// programs builds programs and links them into the lab's bin directory.
func (l Lab) programs(ctx context.Context, all ...program.Program) error {
	for _, p := range all {
		dir, err := l.builder().Build(ctx, p)
		if err != nil {
			return err
		}
		for name := range p.Packages {
			if err := relink(filepath.Join(dir, name), filepath.Join(l.bin(), name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l Lab) builder() program.Builder {
	return program.Builder{
		Modules: filepath.Join(l.Repo, "hack", "programs"),
		Cache:   l.path("programs"),
		Log:     l.Log,
	}
}

func relink(target, link string) error {
	if got, err := os.Readlink(link); err == nil && got == target {
		return nil
	}
	os.Remove(link)
	return os.Symlink(target, link)
}

func (l Lab) push(ctx context.Context, registry string, images ...store.Image) error {
	s, err := store.Open(l.path("images"))
	if err != nil {
		return err
	}
	for _, im := range images {
		made, err := s.Push(ctx, registry, im)
		if err != nil {
			return err
		}
		if made {
			l.logf("made image %s", im.Names[0])
		}
	}
	return nil
}

func (l Lab) standins(ctx context.Context) ([]store.Image, error) {
	busybox, err := l.busybox(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.install(ctx, "openssh-client", "/usr/bin/ssh"); err != nil {
		return nil, err
	}
	compiler, err := l.compiler(ctx)
	if err != nil {
		return nil, err
	}
	machine, err := standin.This(ctx, standin.Machine{Busybox: busybox, Debian: compiler, CA: l.ca()})
	if err != nil {
		return nil, err
	}
	return standin.Images(machine)
}

// ca is the machine's CA bundle, empty when it has none.
func (l Lab) ca() string {
	if _, err := os.Stat(machineCA); err != nil {
		return ""
	}
	return machineCA
}
