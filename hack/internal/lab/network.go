package lab

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gohull/gohull/hack/internal/daemon"
	"golang.org/x/sys/unix"
)

// A network is the network namespace of a node, with a link to this machine.
// It has no route to anywhere else. The lab's registry is on all its addresses, under the
// same port as on this machine. On its loopback, names of images mean the same.
type network struct {
	name string     // of the namespace
	here netip.Addr // this machine's end of the link
	node netip.Addr
	pods netip.Prefix // of a node of Kubernetes
}

// networkPrefix is reserved for tests of network devices: no company uses it.
var networkPrefix = netip.MustParsePrefix("198.18.0.0/15")

// forwardPrefix begins the names of the processes that pass on what arrives at
// the registry's port in a network.
const forwardPrefix = "forward-"

// network returns the network of a node. It is always the same, and another one
// than that of the same node in another lab.
func (l Lab) network(name string) network {
	sum := sha256.Sum256([]byte(l.Dir + "\x00" + name))
	base := networkPrefix.Addr().As4()
	start := binary.BigEndian.Uint32(base[:])
	first := start + binary.BigEndian.Uint32(sum[:4])%(1<<15)*4
	pods := start + binary.BigEndian.Uint32(sum[4:8])%(1<<13)*16
	return network{
		name: fmt.Sprintf("gohull-%x", sum[:4]),
		here: address(first + 1),
		node: address(first + 2),
		pods: netip.PrefixFrom(address(pods), 28),
	}
}

func address(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func (n network) file() string { return filepath.Join("/run/netns", n.name) }
func (n network) link() string { return "gh" + n.name[len(n.name)-8:] }
func (n network) up() bool     { _, err := os.Stat(n.file()); return err == nil }

// enter is the command line that runs another one in the network.
func (n network) enter() []string { return []string{"nsenter", "--net=" + n.file(), "--"} }

// startNetwork makes the network of a node, unless it is there, and forwards
// its registry.
func (l Lab) startNetwork(ctx context.Context, name string) error {
	n := l.network(name)
	if err := l.install(ctx, "iproute2", "/usr/sbin/ip"); err != nil {
		return err
	}
	if !n.up() {
		if err := n.make(ctx); err != nil {
			return errors.Join(err, n.remove())
		}
	}
	if _, ok := l.daemons().Find(forwardPrefix + name); ok {
		return nil
	}
	listener, err := n.listen(":" + l.registryPort())
	if err != nil {
		return err
	}
	defer listener.Close()
	_, err = l.daemons().Start(daemon.Command{
		Name:  forwardPrefix + name,
		Argv:  []string{l.path("tools", "lab"), "forward", l.registryAddress()},
		Env:   l.environ(),
		Files: []*os.File{listener},
	})
	return err
}

func (l Lab) removeNetwork(name string) error {
	if err := l.daemons().Stop(forwardPrefix+name, grace); err != nil {
		return err
	}
	return l.network(name).remove()
}

func (n network) make(ctx context.Context) error {
	for _, args := range [][]string{
		{"netns", "add", n.name},
		{"link", "add", n.link(), "type", "veth", "peer", "name", "eth0", "netns", n.name},
		{"addr", "add", n.here.String() + "/30", "dev", n.link()},
		{"link", "set", n.link(), "up"},
		{"-n", n.name, "addr", "add", n.node.String() + "/30", "dev", "eth0"},
		{"-n", n.name, "link", "set", "eth0", "up"},
		{"-n", n.name, "link", "set", "lo", "up"},
	} {
		if err := run(ctx, "", "/usr/sbin/ip", args...); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes the network. Without its name, a namespace lasts as long as
// anything uses it, and so would the link.
func (n network) remove() error {
	var err error
	if _, missing := net.InterfaceByName(n.link()); missing == nil {
		err = run(context.Background(), "", "/usr/sbin/ip", "link", "del", n.link())
	}
	if n.up() {
		err = errors.Join(err, run(context.Background(), "", "/usr/sbin/ip", "netns", "del", n.name))
	}
	return err
}

// listen returns a socket that listens in the network. A socket stays where it
// was made, so any process can accept its connections.
func (n network) listen(addr string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this function
		file, err := n.listenHere(addr)
		done <- result{file, err}
	}()
	r := <-done
	return r.file, r.err
}

// listenHere moves its thread into the network.
func (n network) listenHere(addr string) (*os.File, error) {
	namespace, err := os.Open(n.file())
	if err != nil {
		return nil, err
	}
	defer namespace.Close()
	if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, os.NewSyscallError("setns", err)
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	return listener.(*net.TCPListener).File()
}

// Forward passes on connections to an address. Descriptor 3 is the listener.
func Forward(ctx context.Context, to string) error {
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return fmt.Errorf("descriptor 3 should be a listener; `lab node` starts this: %w", err)
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	for {
		from, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		go forward(ctx, from, to)
	}
}

func forward(ctx context.Context, from net.Conn, to string) {
	defer from.Close()
	dialer := net.Dialer{Timeout: 10 * time.Second}
	there, err := dialer.DialContext(ctx, "tcp", to)
	if err != nil {
		return
	}
	defer there.Close()
	go func() {
		io.Copy(there, from)
		there.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(from, there)
}
