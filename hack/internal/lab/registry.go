package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/gohull/gohull/hack/internal/daemon"
	"github.com/gohull/gohull/hack/internal/store"
	"github.com/gohull/gohull/hack/internal/traffic"
	"github.com/gohull/gohull/hack/internal/whole"
	"github.com/google/go-containerregistry/pkg/registry"
)

const registryName = "registry"

// startRegistry gives the address of the registry: host:port on loopback.
// The port stays the same for the life of the lab while it can.
func (l Lab) startRegistry(ctx context.Context) (string, error) {
	p, ok := l.daemons().Find(registryName)
	if addr := l.registryAddress(); ok && addr != "" && sameProgram(p) && answers(ctx, addr) {
		return addr, nil
	}
	if err := l.daemons().Stop(registryName, grace); err != nil {
		return "", err
	}
	if err := l.sweep(); err != nil {
		return "", err
	}
	listener, err := l.listen()
	if err != nil {
		return "", err
	}
	defer listener.Close()
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		return "", err
	}
	defer file.Close()
	_, err = l.daemons().Start(daemon.Command{
		Name:  registryName,
		Argv:  []string{l.path("tools", "lab"), "registry", l.path("images")},
		Env:   l.environ(),
		Files: []*os.File{file},
	})
	if err != nil {
		return "", err
	}
	addr := listener.Addr().String()
	return addr, os.WriteFile(l.path("registry.addr"), []byte(addr+"\n"), 0o644)
}

// sameProgram reports whether a process runs this very program: `go build`
// replaces the file, and the process then holds one that is deleted.
func sameProgram(p daemon.Process) bool {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.Pid))
	return err == nil && !strings.HasSuffix(exe, " (deleted)")
}

func answers(ctx context.Context, addr string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/v2/", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// sweep removes blobs that nothing names any more. Only a registry that is
// down can be swept: it holds its manifests in memory.
func (l Lab) sweep() error {
	s, err := store.Open(l.path("images"))
	if err != nil {
		return err
	}
	return s.Sweep()
}

// listen takes the port of the last time, or a free one.
func (l Lab) listen() (net.Listener, error) {
	if addr := l.registryAddress(); addr != "" {
		if listener, err := net.Listen("tcp", addr); err == nil {
			return listener, nil
		}
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

// registryAddress is the last address of the registry, empty before the
// first `up`.
func (l Lab) registryAddress() string {
	data, err := os.ReadFile(l.path("registry.addr"))
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return strings.TrimSpace(string(data))
}

func (l Lab) registryPort() string {
	_, port, _ := net.SplitHostPort(l.registryAddress())
	return port
}

// ServeRegistry serves a registry on the listener that startRegistry passes
// as descriptor 3, with the blobs of the OCI layout in a directory. Manifests
// are held in memory; `up` pushes those of the layout again. It counts its
// traffic.
func ServeRegistry(ctx context.Context, dir string) error {
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return fmt.Errorf("descriptor 3 should be a listener; `lab up` starts the registry: %w", err)
	}
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	err = http.Serve(listener, traffic.Count(whole.Requests(registry.New(
		registry.WithBlobHandler(registry.NewDiskBlobHandler(s.Blobs())),
		registry.WithReferrersSupport(true),
		registry.Logger(log.New(os.Stderr, "", log.LstdFlags)),
	))))
	if ctx.Err() != nil {
		return nil
	}
	return err
}
