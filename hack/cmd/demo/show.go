package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/gohull/gohull/hack/internal/container"
	"github.com/gohull/gohull/hack/internal/image"
)

// show runs the image, asks it once and stops it.
func show(ctx context.Context, e engine, b built) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	exposed := freeExposed(ctx, b.ref) // for programs that know nothing of PORT
	c, err := e.run(ctx, b.ref, "PORT="+port)
	if err != nil {
		return fmt.Errorf("run the image: %w", err)
	}
	url, answer, err := fetch(ctx, append(exposed, port), c)
	exit, _ := c.ended()
	output := c.stop()
	switch {
	case errors.Is(err, errEnded) && exit == 0: // not a service
		fmt.Printf("\nthe program printed:\n%s\n", strings.TrimRight(output, "\n"))
		return nil
	case err != nil:
		return fmt.Errorf("%w; it printed:\n%s", err, output)
	}
	fmt.Printf("\n$ curl %s\n%s\n", url, strings.TrimRight(answer, "\n"))
	return nil
}

var errEnded = errors.New("the program ended before it answered on its port")

// run starts the image that was just built.
func (e engine) run(ctx context.Context, ref string, env ...string) (running, error) {
	switch {
	case !e.docker:
		return runc(ctx, ref, env...)
	case e.registry == "":
		return docker(ctx, "never", ref, env...)
	}
	return docker(ctx, "always", ref, env...) // Docker may have an older one under the name
}

// running is a container that was started.
type running struct {
	ended func() (exit int, ok bool)
	stop  func() (output string)
}

// runc runs an image of the lab's registry without an engine.
func runc(ctx context.Context, ref string, env ...string) (running, error) {
	im, err := image.Pull(ctx, ref, "linux/"+runtime.GOARCH)
	if err != nil {
		return running{}, err
	}
	var output bytes.Buffer
	c, err := container.Start(container.Run{Image: im, Env: env, Output: &output})
	if err != nil {
		return running{}, err
	}
	return running{c.Ended, func() string { c.Stop(5 * time.Second); return output.String() }}, nil
}

// docker runs an image with Docker; pull is what `docker run --pull` takes.
func docker(ctx context.Context, pull, ref string, env ...string) (running, error) {
	args := []string{"run", "--detach", "--network=host", "--pull=" + pull}
	for _, e := range env {
		args = append(args, "--env="+e)
	}
	out, err := exec.CommandContext(ctx, "docker", append(args, ref)...).Output()
	if err != nil {
		return running{}, err
	}
	id := strings.TrimSpace(string(out))
	ended := func() (exit int, ok bool) {
		state, err := exec.Command("docker", "inspect", "--format={{.State.Status}} {{.State.ExitCode}}", id).Output()
		if err != nil {
			return 0, false
		}
		n, _ := fmt.Sscanf(string(state), "exited %d", &exit)
		return exit, n == 1
	}
	return running{ended, func() string {
		output, _ := exec.Command("docker", "logs", id).CombinedOutput()
		exec.Command("docker", "rm", "--force", id).Run()
		return string(output)
	}}, nil
}

// fetch asks until the program answers on one of the ports, ends, or takes
// too long.
func fetch(ctx context.Context, ports []string, c running) (url, answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		for _, port := range ports {
			url = "http://127.0.0.1:" + port + "/"
			if answer, err = get(ctx, url); err == nil {
				return url, answer, nil
			}
		}
		if ctx.Err() != nil {
			return "", "", fmt.Errorf("no answer from %s: %w", url, err)
		}
		if _, ok := c.ended(); ok {
			return "", "", errEnded
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return string(body), err
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// freeExposed lists the ports that the image exposes, without those that
// somebody else listens on.
func freeExposed(ctx context.Context, ref string) []string {
	im, err := image.Pull(ctx, ref, "linux/"+runtime.GOARCH)
	if err != nil {
		return nil // in the user's Docker alone
	}
	file, err := im.ConfigFile()
	if err != nil {
		return nil
	}
	var ports []string
	for p := range file.Config.ExposedPorts {
		port, protocol, _ := strings.Cut(p, "/")
		l, err := net.Listen("tcp", ":"+port)
		if err != nil || protocol != "" && protocol != "tcp" {
			continue
		}
		l.Close()
		ports = append(ports, port)
	}
	return ports
}
