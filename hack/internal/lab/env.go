package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Env is what a shell, a script or a test needs to use the lab: "NAME=value"
// each. It fails when the lab is down.
func (l Lab) Env() ([]string, error) {
	if _, ok := l.daemons().Find(nodePrefix + Main); !ok {
		return nil, errors.New("the lab is down; run `hack/lab up` first")
	}
	addr := l.registryAddress()
	env := append(l.NodeEnv(Main),
		"REGISTRY="+addr,
		"GOHULL_SYNTAX="+addr+"/gohull:1",
		"GOHULL_LAB="+l.Dir,
	)
	if ca := l.ca(); ca != "" {
		env = append(env, "GOHULL_CA="+ca)
	}
	if _, ok := l.daemons().Find(engineName); ok {
		env = append(env, "DOCKER_HOST=unix://"+l.engineSocket())
	}
	return append(append(env, l.clientEnv()...), "PATH="+l.clientPath()), nil
}

// Adopt makes the lab's environment that of this process.
func (l Lab) Adopt() error {
	env, err := l.Env()
	if err != nil {
		return err
	}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// NodeEnv chooses a node, for buildctl and for buildx. A node with a network of
// its own has an address, too.
func (l Lab) NodeEnv(name string) []string {
	env := []string{"BUILDKIT_HOST=unix://" + l.nodeSocket(name), "BUILDX_BUILDER=" + name}
	if n := l.network(name); n.up() {
		env = append(env, "NODE_ADDRESS="+n.node.String(), "NODE_GATEWAY="+n.here.String())
	}
	return env
}

// clientEnv keeps buildx and docker away from the user's own settings.
func (l Lab) clientEnv() []string {
	return []string{"BUILDX_CONFIG=" + l.path("buildx"), "DOCKER_CONFIG=" + l.path("docker-config")}
}

// clientPath puts the lab's programs first, once.
func (l Lab) clientPath() string {
	path := []string{l.bin()}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if dir != l.bin() {
			path = append(path, dir)
		}
	}
	return strings.Join(path, ":")
}

// Exports writes an environment as a shell's export commands.
func Exports(env []string) string {
	var b strings.Builder
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	return b.String()
}
