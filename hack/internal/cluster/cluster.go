// Package cluster runs Kubernetes on one machine: an API server with its store, the
// controllers, the scheduler, and one node with containerd. All of it is the
// unchanged programs of those projects. There is no kube-proxy and no DNS, so
// services have no addresses.
//
// All its processes and those of its pods are in a PID namespace, and its mounts in a
// mount namespace. They end with the first process.
package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Cluster is a Kubernetes. Its network is that of the process that runs it.
type Cluster struct {
	Dir      string // all its files
	Bin      string // directory of the programs
	Address  string // of the node and of the API server
	Pods     string // the network of the pods, "198.18.4.0/28"
	Registry string // that the node pulls images from, without https
	Group    string // control group of the pods
}

// node is the name of the node.
const node = "node"

func (c Cluster) path(elem ...string) string {
	return filepath.Join(append([]string{c.Dir}, elem...)...)
}

func (c Cluster) file() string { return c.path("cluster.json") }

// Kubeconfig is the file that gives a client all rights.
func (c Cluster) Kubeconfig() string { return c.kubeconfig(admin.name) }

// Log is the file that has what a part printed.
func (c Cluster) Log(part string) string { return c.path(part + ".log") }

// Write writes the certificates and the settings of a new cluster.
func (c Cluster) Write() error {
	for _, dir := range []string{"certs", "etc", "sysctl", "var/lib", "var/log"} {
		if err := os.MkdirAll(c.path(dir), 0o700); err != nil {
			return err
		}
	}
	if err := c.writeCertificates(); err != nil {
		return err
	}
	if err := c.writeSettings(); err != nil {
		return err
	}
	return writeJSON(c.file(), c)
}

// Read returns the cluster that Write wrote to a directory.
func Read(dir string) (Cluster, error) {
	c := Cluster{Dir: dir}
	data, err := os.ReadFile(c.file())
	if err != nil {
		return Cluster{}, err
	}
	return c, json.Unmarshal(data, &c)
}

func writeJSON(file string, value any) error {
	data, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o600)
}

// Run runs the parts until the context or one of them ends. It must be the first
// process of a PID namespace, in a mount namespace of its own.
func (c Cluster) Run(ctx context.Context) error {
	if os.Getpid() != 1 {
		return errors.New("a cluster needs a PID namespace; `lab cluster` starts it")
	}
	if err := c.mount(); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	store, rest := c.parts()
	for _, parts := range [][]part{store, rest} {
		for _, p := range parts {
			if err := c.start(p, stop); err != nil {
				return err
			}
		}
		if err := c.await(ctx, "/readyz"); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return context.Cause(ctx)
}

// start starts a part. When it ends, so does the cluster.
func (c Cluster) start(p part, stop context.CancelCauseFunc) error {
	log, err := os.Create(c.Log(p.program))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(filepath.Join(c.Bin, p.program), p.args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		err := cmd.Wait()
		stop(fmt.Errorf("%s ended: %v; the end of its log:\n%s", p.program, err, tail(log.Name())))
	}()
	return nil
}

// tail is the last lines of a file.
func tail(file string) string {
	data, _ := os.ReadFile(file)
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// await waits until the API server answers a path.
func (c Cluster) await(ctx context.Context, path string) error {
	client, err := c.Client()
	if err != nil {
		return err
	}
	for {
		if err := client.Get(ctx, path, nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Ready reports whether the node runs pods.
func (c Cluster) Ready(ctx context.Context) bool {
	client, err := c.Client()
	if err != nil {
		return false
	}
	var n struct {
		Status struct {
			Conditions []struct{ Type, Status string } `json:"conditions"`
		} `json:"status"`
	}
	if client.Get(ctx, "/api/v1/nodes/"+node, &n) != nil {
		return false
	}
	for _, condition := range n.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status == "True"
		}
	}
	return false
}
