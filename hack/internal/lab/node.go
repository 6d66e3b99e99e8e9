package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/hack/internal/daemon"
	"github.com/gohull/gohull/hack/internal/program"
)

// A node is a BuildKit daemon with a root and a socket of its own, known to
// buildx under its name.

const nodePrefix = "buildkitd-"

var nodeName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// VersionVariable is the environment variable that has the version of BuildKit
// of nodes that `hack/lab node` starts without a version.
const VersionVariable = "GOHULL_LAB_BUILDKIT"

// NodeOptions are what a node has of its own.
type NodeOptions struct {
	Version string // of BuildKit ("v0.12.5"); empty is the main node's
	Config  string // text of a buildkitd.toml, in addition to the lab's
	Network bool   // a network namespace; the node listens on port 1234 of its address
}

// Node starts a node with an empty root next to the main one. A node that is
// up keeps its root, and starts again if its options have changed.
func (l Lab) Node(ctx context.Context, name string, o NodeOptions) error {
	if err := checkName(name); err != nil {
		return err
	}
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := l.daemons().Find(registryName); !ok {
		return errors.New("the lab is down; run `hack/lab up` first")
	}
	if _, ok := l.daemons().Find(nodePrefix + name); !ok {
		if err := l.removeNode(name); err != nil {
			return err
		}
	}
	if o.Network {
		if err := l.startNetwork(ctx, name); err != nil {
			return err
		}
	}
	return l.startNode(ctx, name, o)
}

// RemoveNode ends a node and deletes its root.
func (l Lab) RemoveNode(name string) error { return l.withNode(name, l.removeNode) }

// SetNodeAside ends a node and sets its root aside.
func (l Lab) SetNodeAside(name string) error { return l.withNode(name, l.setNodeAside) }

// RemoveNodeLater ends a node. Its root is deleted by Down, or now if little of the
// disk is free.
func (l Lab) RemoveNodeLater(name string) error { return l.withNode(name, l.removeNodeLater) }

// withNode runs a function on a node next to the main one, with the lock of the lab.
func (l Lab) withNode(name string, do func(name string) error) error {
	if err := checkName(name); err != nil {
		return err
	}
	return l.locked(func() error { return do(name) })
}

func (l Lab) setNodeAside(name string) error {
	return errors.Join(l.endNode(name), l.SetAside(l.nodeDir(name)))
}

// enough is the free disk space, in bytes, with which roots are set aside instead of
// deleted.
const enough = 15e9

func (l Lab) removeNodeLater(name string) error {
	if err := l.setNodeAside(name); err != nil {
		return err
	}
	free, err := l.Free()
	if err == nil && free < enough {
		_, err = l.DeleteAside()
	}
	return err
}

// RemoveNodes ends all nodes but the main one, and deletes their roots.
func (l Lab) RemoveNodes() error { return l.locked(l.removeNodes) }

func (l Lab) removeNodes() error {
	var err error
	for _, name := range l.nodes() {
		err = errors.Join(err, l.removeNode(name))
	}
	return err
}

func checkName(name string) error {
	if slices.Contains([]string{Main, clusterName, "default"}, name) || !nodeName.MatchString(name) {
		return fmt.Errorf("node name %q: want lower-case letters, digits and dashes, and none of %q, %q and \"default\"", name, Main, clusterName)
	}
	return nil
}

func (l Lab) removeNode(name string) error {
	if err := l.endNode(name); err != nil {
		return err
	}
	return removeTree(l.nodeDir(name))
}

// endNode ends a node and what runs in its containers.
func (l Lab) endNode(name string) error {
	if err := l.daemons().Stop(nodePrefix+name, grace); err != nil {
		return err
	}
	os.Remove(l.path("buildx", "instances", name))
	return errors.Join(l.endContainers(name), l.removeNetwork(name))
}

// endContainers ends what a node that was killed left running in its containers.
func (l Lab) endContainers(name string) error {
	bundles, _ := filepath.Glob(filepath.Join(l.NodeRoot(name), "runc-*", "executor", "*", "config.json"))
	var err error
	for _, b := range bundles {
		for _, p := range daemon.Contained(filepath.Base(filepath.Dir(b))) {
			err = errors.Join(err, p.Kill(grace))
		}
	}
	return err
}

// NodeRoot is the directory of all that a node keeps.
func (l Lab) NodeRoot(name string) string { return filepath.Join(l.nodeDir(name), "root") }

func (l Lab) nodeDir(name string) string    { return l.path("nodes", name) }
func (l Lab) nodeSocket(name string) string { return filepath.Join(l.sockets(), name+".sock") }

// startNode starts a node on the root that is there, unless it is up with
// the same command line.
func (l Lab) startNode(ctx context.Context, name string, o NodeOptions) error {
	bin, err := l.buildkitd(ctx, o.Version)
	if err != nil {
		return err
	}
	toml := l.toml(o.Config)
	argv := l.nodeArgv(name, bin)
	if o.Network {
		n := l.network(name)
		argv = append(append(n.enter(), argv...), "--addr", "tcp://"+n.node.String()+":1234")
	}
	p, ok := l.daemons().Find(nodePrefix + name)
	if ok && slices.Equal(p.Command, argv) && holds(l.nodeToml(name), toml) {
		return l.addBuilder(ctx, name)
	}
	if err := l.daemons().Stop(nodePrefix+name, grace); err != nil {
		return err
	}
	if err := os.MkdirAll(l.nodeDir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(l.nodeToml(name), []byte(toml), 0o644); err != nil {
		return err
	}
	os.Remove(l.nodeSocket(name))
	command := daemon.Command{Name: nodePrefix + name, Argv: argv, Env: l.environ()}
	ready := func() bool { return listens(l.nodeSocket(name)) }
	if err := l.startAnswering(ctx, command, time.Minute, ready); err != nil {
		return err
	}
	return l.addBuilder(ctx, name)
}

// buildkitd gives the daemon's binary, by the path that has its version.
func (l Lab) buildkitd(ctx context.Context, version string) (string, error) {
	p := program.Buildkit()
	if version != "" {
		p = program.BuildkitAt(version)
	}
	dir, err := l.builder().Build(ctx, p)
	return filepath.Join(dir, "buildkitd"), err
}

func (l Lab) nodeToml(name string) string { return filepath.Join(l.nodeDir(name), "buildkitd.toml") }

func (l Lab) nodeArgv(name, bin string) []string {
	return []string{
		bin,
		"--root", l.NodeRoot(name),
		"--addr", "unix://" + l.nodeSocket(name),
		"--oci-worker", "true",
		"--oci-worker-net", "host",
		"--oci-worker-binary", filepath.Join(l.bin(), "runc"),
		"--containerd-worker", "false",
		"--config", l.nodeToml(name),
	}
}

// collection are limits of the garbage collection. BuildKit's own would drop
// caches in the middle of a test as soon as a fifth of the disk is not free.
const collection = `[worker.oci]
  reservedSpace = "10GB"
  maxUsedSpace = "40GB"
  minFreeSpace = "2GB"
`

// toml returns the settings of a node. They send the public registries' names
// to the lab's registry. A node that has settings of its own for the worker
// has only those: TOML allows a table once.
func (l Lab) toml(own string) string {
	addr := l.registryAddress()
	var b strings.Builder
	for _, host := range []string{"docker.io", "gcr.io"} {
		fmt.Fprintf(&b, "[registry.%q]\n  mirrors = [%q]\n", host, addr)
	}
	fmt.Fprintf(&b, "[registry.%q]\n  http = true\n", addr)
	b.WriteString(own)
	if !strings.Contains(own, "[worker.oci") {
		b.WriteString("\n" + collection)
	}
	return b.String()
}

func holds(file, text string) bool {
	data, err := os.ReadFile(file)
	return err == nil && string(data) == text
}

// startAnswering starts a daemon and waits until it is ready, no longer than patience.
func (l Lab) startAnswering(ctx context.Context, c daemon.Command, patience time.Duration, ready func() bool) error {
	p, err := l.daemons().Start(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for !ready() {
		if !p.Alive() || ctx.Err() != nil {
			log := l.daemons().Log(c.Name)
			return fmt.Errorf("%s did not come up; the end of %s:\n%s", c.Name, log, tail(log))
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// listens reports whether somebody accepts connections on a unix socket.
func listens(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// tail is the last lines of a file.
func tail(file string) string {
	data, _ := os.ReadFile(file)
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// addBuilder tells buildx about a node.
func (l Lab) addBuilder(ctx context.Context, name string) error {
	_, err := os.Stat(l.path("buildx", "instances", name))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(l.bin(), "docker-buildx"),
		"create", "--name", name, "--driver", "remote", "unix://"+l.nodeSocket(name))
	cmd.Env = append(l.environ(), l.clientEnv()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return nil
}

// nodes lists the nodes that have a root or a record, but for the main one.
func (l Lab) nodes() []string {
	var names []string
	dirs, _ := os.ReadDir(l.path("nodes"))
	for _, d := range dirs {
		names = append(names, d.Name())
	}
	for _, n := range l.daemons().Names() {
		if name, ok := strings.CutPrefix(n, nodePrefix); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(n string) bool { return n == Main })
}
