package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gohull/gohull/hack/internal/cluster"
	"github.com/gohull/gohull/hack/internal/daemon"
	"github.com/gohull/gohull/hack/internal/program"
	"golang.org/x/sys/unix"
)

// clusterName is the name of the Kubernetes cluster's process and network.
const clusterName = "cluster"

// cluster returns the Kubernetes cluster of the lab, up or down. This machine reaches
// its pods, and they reach this machine.
func (l Lab) cluster() cluster.Cluster {
	n := l.network(clusterName)
	return cluster.Cluster{
		Dir:      l.path(clusterName),
		Bin:      l.bin(),
		Address:  n.node.String(),
		Pods:     n.pods.String(),
		Registry: l.registryAddress(),
		Group:    n.name,
	}
}

// Cluster starts an empty Kubernetes cluster, unless it is up.
func (l Lab) Cluster(ctx context.Context) error {
	unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := l.daemons().Find(registryName); !ok {
		return errors.New("the lab is down; run `hack/lab up` first")
	}
	c := l.cluster()
	if _, ok := l.daemons().Find(clusterName); ok && c.Ready(ctx) {
		return nil
	}
	if err := l.programs(ctx, append(program.Kubernetes(), program.Containerd())...); err != nil {
		return err
	}
	if err := l.pushCluster(ctx); err != nil {
		return err
	}
	if err := l.removeCluster(); err != nil {
		return err
	}
	return l.startCluster(ctx, c)
}

func (l Lab) startCluster(ctx context.Context, c cluster.Cluster) error {
	if err := l.startNetwork(ctx, clusterName); err != nil {
		return err
	}
	n := l.network(clusterName)
	if err := run(ctx, "", "/usr/sbin/ip", "route", "replace", c.Pods, "via", c.Address, "dev", n.link()); err != nil {
		return err
	}
	if err := errors.Join(c.Write(), c.MakeGroup()); err != nil {
		return err
	}
	return l.startAnswering(ctx, daemon.Command{
		Name:       clusterName,
		Argv:       append(n.enter(), l.path("tools", "lab"), "cluster", "--in", c.Dir),
		Env:        l.environ(),
		Namespaces: unix.CLONE_NEWPID | unix.CLONE_NEWNS,
	}, 2*time.Minute, func() bool { return c.Ready(ctx) })
}

// pushCluster pushes the images that the cluster needs.
func (l Lab) pushCluster(ctx context.Context) error {
	busybox, err := l.busybox(ctx)
	if err != nil {
		return err
	}
	debian, err := l.compiler(ctx)
	if err != nil {
		return err
	}
	p := cluster.Programs{Busybox: busybox, Debian: debian}
	for _, name := range []string{"buildkitd", "buildctl", "runc"} {
		file, err := filepath.EvalSymlinks(l.Program(name))
		if err != nil {
			return err
		}
		p.Buildkit = append(p.Buildkit, file)
	}
	return l.push(ctx, l.registryAddress(), cluster.Images(p)...)
}

// RemoveCluster ends the cluster and deletes all that it has.
func (l Lab) RemoveCluster() error { return l.locked(l.removeCluster) }

func (l Lab) removeCluster() error {
	if err := l.daemons().Stop(clusterName, grace); err != nil {
		return err
	}
	c := l.cluster()
	return errors.Join(l.removeNetwork(clusterName), c.RemoveGroup(), os.RemoveAll(c.Dir))
}

// ClusterEnv is what a client of the cluster needs: "NAME=value" each.
func (l Lab) ClusterEnv() []string {
	n := l.network(clusterName)
	return []string{
		"KUBECONFIG=" + l.cluster().Kubeconfig(),
		"CLUSTER_REGISTRY=" + n.node.String() + ":" + l.registryPort(),
		"CLUSTER_GATEWAY=" + n.here.String(),
		"CLUSTER_IMAGE=" + l.registryAddress() + "/" + cluster.Buildkit,
	}
}

// RunCluster runs the cluster that has its files in a directory.
func RunCluster(ctx context.Context, dir string) error {
	c, err := cluster.Read(dir)
	if err != nil {
		return err
	}
	return c.Run(ctx)
}
