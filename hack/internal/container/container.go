// Package container runs an image with runc alone: no engine, the machine's
// own network, everything in one temporary directory.
package container

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/gohull/gohull/hack/internal/image"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/moby/sys/user"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Run is a container to run.
type Run struct {
	Image  v1.Image
	Args   []string // after the image's entrypoint, in place of its cmd
	Env    []string // in addition to the image's
	Output io.Writer
	// Command replaces the image's entrypoint, as a pod's command does.
	Command []string
	// Restricted is what Kubernetes' restricted profile asks for: no root, no
	// capabilities, no way to get more rights, and a root file system that is
	// read-only.
	Restricted bool
	// Capabilities are those that a restricted container has nevertheless:
	// "CAP_NET_BIND_SERVICE".
	Capabilities []string
	// NoNewPrivileges is Docker's option no-new-privileges.
	NoNewPrivileges bool
}

// Container is a container that was started.
type Container struct {
	dir  string
	id   string
	cmd  *exec.Cmd
	done chan struct{} // closed when runc has ended
	err  error         // what waiting for it gave, then
}

// Start unpacks the image and starts its program.
func Start(r Run) (*Container, error) {
	dir, err := os.MkdirTemp("", "container-*")
	if err != nil {
		return nil, err
	}
	c := &Container{dir: dir, id: filepath.Base(dir), done: make(chan struct{})}
	if err := c.start(r); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return c, nil
}

func (c *Container) start(r Run) error {
	if err := unpack(r.Image, c.rootfs()); err != nil {
		return fmt.Errorf("unpack the image: %w", err)
	}
	if err := c.writeSpec(r); err != nil {
		return err
	}
	c.cmd = c.runc("run", "--bundle", c.dir, c.id)
	c.cmd.Stdout, c.cmd.Stderr = r.Output, r.Output
	if err := c.cmd.Start(); err != nil {
		return err
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	return nil
}

func (c *Container) rootfs() string { return filepath.Join(c.dir, "rootfs") }

func (c *Container) runc(args ...string) *exec.Cmd {
	return exec.Command("runc", append([]string{"--root", filepath.Join(c.dir, "state")}, args...)...)
}

// Wait waits for the program's end and gives its exit code.
func (c *Container) Wait(ctx context.Context) (int, error) {
	select {
	case <-c.done:
		return c.exit()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Ended gives the exit code when the program has ended.
func (c *Container) Ended() (exit int, ok bool) {
	select {
	case <-c.done:
		exit, err := c.exit()
		return exit, err == nil
	default:
		return 0, false
	}
}

func (c *Container) exit() (int, error) {
	var exit *exec.ExitError
	if c.err != nil && !errors.As(c.err, &exit) {
		return 0, c.err
	}
	return c.cmd.ProcessState.ExitCode(), nil
}

// Stop asks the program to end, insists after the grace, and removes all of
// the container. It gives the program's exit code.
func (c *Container) Stop(grace time.Duration) (int, error) {
	c.runc("kill", c.id, "TERM").Run() // fails when it has ended
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	exit, err := c.Wait(ctx)
	if err != nil {
		c.runc("kill", c.id, "KILL").Run()
		exit, err = c.Wait(context.Background())
	}
	c.runc("delete", "--force", c.id).Run() // `run` has done it unless it was killed
	return exit, errors.Join(err, os.RemoveAll(c.dir))
}

// writeSpec starts from runc's own default.
func (c *Container) writeSpec(r Run) error {
	name := filepath.Join(c.dir, "config.json")
	if out, err := c.runc("spec", "--bundle", c.dir).CombinedOutput(); err != nil {
		return fmt.Errorf("runc spec: %w: %s", err, out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var s specs.Spec
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	file, err := r.Image.ConfigFile()
	if err != nil {
		return err
	}
	if err := c.adapt(&s, file.Config, r); err != nil {
		return err
	}
	if data, err = json.Marshal(s); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}

func (c *Container) adapt(s *specs.Spec, config v1.Config, r Run) error {
	args := r.Args
	if len(args) == 0 {
		args = config.Cmd
	}
	s.Process.Args = slices.Concat(config.Entrypoint, args)
	if r.Command != nil {
		s.Process.Args = slices.Concat(r.Command, r.Args)
	}
	s.Process.Env = slices.Concat(config.Env, r.Env)
	s.Process.Cwd = filepath.Join("/", config.WorkingDir)
	s.Process.Terminal = false
	s.Process.NoNewPrivileges = r.NoNewPrivileges
	if r.NoNewPrivileges {
		// Docker gives a user other than root no capabilities, but lets programs
		// have them.
		s.Process.Capabilities = &specs.LinuxCapabilities{Bounding: s.Process.Capabilities.Bounding}
	}
	s.Root.Readonly = false
	s.Hostname = ""
	s.Mounts = append(s.Mounts, machineFiles()...)
	s.Linux.Namespaces = slices.DeleteFunc(s.Linux.Namespaces, func(n specs.LinuxNamespace) bool {
		return n.Type == specs.NetworkNamespace || n.Type == specs.UTSNamespace
	})
	etc := filepath.Join(c.rootfs(), "etc")
	u, err := user.GetExecUserPath(config.User, nil, filepath.Join(etc, "passwd"), filepath.Join(etc, "group"))
	if err != nil {
		return fmt.Errorf("user %q: %w", config.User, err)
	}
	s.Process.User = specs.User{UID: uint32(u.Uid), GID: uint32(u.Gid)}
	for _, gid := range u.Sgids {
		s.Process.User.AdditionalGids = append(s.Process.User.AdditionalGids, uint32(gid))
	}
	if r.Restricted {
		return restrict(s, r.Capabilities)
	}
	return nil
}

// restrict takes away what Kubernetes' restricted profile does not allow. As
// containerd does, it gives the process itself what is left.
func restrict(s *specs.Spec, capabilities []string) error {
	if s.Process.User.UID == 0 {
		return errors.New("the image runs as root, which the restricted profile does not allow")
	}
	s.Root.Readonly = true
	s.Process.NoNewPrivileges = true
	s.Process.Capabilities = &specs.LinuxCapabilities{Bounding: capabilities, Effective: capabilities, Permitted: capabilities}
	return nil
}

// machineFiles are what engines give every container in addition to its image, so
// that it resolves names; here the names are the machine's.
func machineFiles() []specs.Mount {
	var mounts []specs.Mount
	for _, name := range []string{"/etc/hosts", "/etc/resolv.conf"} {
		if _, err := os.Stat(name); err == nil {
			mounts = append(mounts, specs.Mount{Destination: name, Source: name, Type: "bind", Options: []string{"bind", "ro"}})
		}
	}
	return mounts
}

// unpack writes the image's file system to a new directory.
func unpack(im v1.Image, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return image.Walk(im, func(h *tar.Header, r io.Reader) error {
		name := filepath.Clean(h.Name)
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := create(root, name, h, r); err != nil {
			return err
		}
		if err := root.Lchown(name, h.Uid, h.Gid); err != nil {
			return err
		}
		if value := image.Capability(h); value != "" {
			return unix.Setxattr(filepath.Join(dir, name), "security.capability", []byte(value), 0)
		}
		return nil
	})
}

func create(root *os.Root, name string, h *tar.Header, r io.Reader) error {
	switch h.Typeflag {
	case tar.TypeDir:
		if err := root.MkdirAll(name, 0o755); err != nil {
			return err
		}
		return root.Chmod(name, h.FileInfo().Mode())
	case tar.TypeReg:
		return writeFile(root, name, h, r)
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	case tar.TypeLink:
		return root.Link(filepath.Clean(h.Linkname), name)
	}
	return fmt.Errorf("%s: tar entry of type %q, want a file, directory or link", name, h.Typeflag)
}

func writeFile(root *os.Root, name string, h *tar.Header, r io.Reader) error {
	f, err := root.Create(name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(h.FileInfo().Mode()); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
