package lab

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gohull/gohull/hack/internal/daemon"
	"github.com/gohull/gohull/hack/internal/program"
)

const engineName = "dockerd"

func (l Lab) engineSocket() string { return filepath.Join(l.sockets(), "docker.sock") }

// startEngine starts a Docker Engine, unless it is up with the same command
// line. It starts its own containerd.
func (l Lab) startEngine(ctx context.Context) error {
	if err := l.install(ctx, "iptables", "/usr/sbin/iptables"); err != nil {
		return err
	}
	if err := l.programs(ctx, program.Engine()...); err != nil {
		return err
	}
	plugins := l.path("docker-config", "cli-plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return err
	}
	if err := relink(filepath.Join(l.bin(), "docker-buildx"), filepath.Join(plugins, "docker-buildx")); err != nil {
		return err
	}
	settings, err := l.engineSettings()
	if err != nil {
		return err
	}
	argv, err := l.engineArgv()
	if err != nil {
		return err
	}
	if p, ok := l.daemons().Find(engineName); ok && slices.Equal(p.Command, argv) && holds(l.engineFile(), settings) {
		return nil
	}
	if err := l.daemons().Stop(engineName, grace); err != nil {
		return err
	}
	if err := os.WriteFile(l.engineFile(), []byte(settings), 0o644); err != nil {
		return err
	}
	os.Remove(l.engineSocket())
	os.Remove(l.enginePid()) // of an Engine that was killed: its pid may be another's by now
	command := daemon.Command{Name: engineName, Argv: argv, Env: l.environ()}
	return l.startAnswering(ctx, command, time.Minute, l.engineAnswers)
}

// engineAnswers reports whether the Engine serves its API. The socket alone
// tells nothing: it accepts connections long before.
func (l Lab) engineAnswers() bool {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", l.engineSocket())
		},
	}}
	resp, err := client.Get("http://docker/_ping")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (l Lab) enginePid() string  { return l.path("run", "docker.pid") }
func (l Lab) engineFile() string { return l.path("docker.json") }

func (l Lab) engineArgv() ([]string, error) {
	bin, err := filepath.EvalSymlinks(filepath.Join(l.bin(), "dockerd"))
	if err != nil {
		return nil, err
	}
	return []string{
		bin,
		"--config-file", l.engineFile(),
		"--data-root", l.path("docker"),
		"--exec-root", filepath.Join(l.sockets(), "docker"),
		"--pidfile", l.enginePid(),
		"--host", "unix://" + l.engineSocket(),
	}, nil
}

// engineSettings is the Engine's own file of settings.
func (l Lab) engineSettings() (string, error) {
	settings := map[string]any{
		"registry-mirrors": []string{"http://" + l.registryAddress()},
		"userland-proxy":   false,
	}
	data, err := json.MarshalIndent(settings, "", "\t")
	return string(data), err
}
