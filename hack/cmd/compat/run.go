package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gohull/gohull/hack/internal/compat"
	"github.com/gohull/gohull/hack/internal/lab"
	"github.com/gohull/gohull/hack/internal/program"
)

// node is the name of the builder that tests run on.
const node = "compat"

// run runs the tests of a setup. Tests that fail are no error.
func run(ctx context.Context, l lab.Lab, s compat.Setup) (compat.Column, error) {
	defer l.RemoveNodes()
	if err := l.RemoveNodes(); err != nil { // of an earlier run
		return compat.Column{}, err
	}
	env, err := environment(ctx, l, s)
	if err != nil {
		return compat.Column{}, err
	}
	c := compat.Column{Setup: s, Date: time.Now().UTC().Format(time.RFC3339)}
	if err := describe(ctx, env, &c); err != nil {
		return c, err
	}
	fmt.Fprintf(os.Stderr, "%s: BuildKit %s, buildx %s\n", s.Name(), c.BuildKit, c.Buildx)
	names := compat.Tests(s)
	log, err := test(ctx, l, env, s, names)
	if err != nil {
		return c, err
	}
	f, err := os.Open(log)
	if err != nil {
		return c, err
	}
	defer f.Close()
	c.Tests, c.Failure, err = compat.Outcomes(f, names)
	return c, err
}

// environment prepares what a setup needs, and returns what tells tests about
// it.
func environment(ctx context.Context, l lab.Lab, s compat.Setup) ([]string, error) {
	env := os.Environ()
	switch s.Kind {
	case compat.Docker:
		// The tests have servers on loopback, and an Engine gives steps a network of their own.
		return append(env, "BUILDX_BUILDER=default", "GOHULL_LAB_NETWORK=host"), nil
	case compat.Client:
		dir, err := l.Build(ctx, program.BuildxAt(s.Version))
		if err != nil {
			return nil, err
		}
		env = append(env, "PATH="+dir+":"+os.Getenv("PATH"))
		return append(env, l.NodeEnv(node)...), l.Node(ctx, node, lab.NodeOptions{})
	}
	env = append(env, lab.VersionVariable+"="+s.Version)
	return append(env, l.NodeEnv(node)...), l.Node(ctx, node, lab.NodeOptions{Version: s.Version})
}

// test runs the tests, and returns the file with what `go test` printed.
func test(ctx context.Context, l lab.Lab, env []string, s compat.Setup, names []string) (string, error) {
	dir := filepath.Join(l.Dir, "compat")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	log, err := os.Create(filepath.Join(dir, s.Name()+".json"))
	if err != nil {
		return "", err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-timeout=40m", "-parallel=3", "-run", compat.Pattern(names), "./e2e")
	cmd.Dir = filepath.Join(l.Repo, "hack")
	cmd.Env = append(env, "GOWORK=off")
	cmd.Stdout, cmd.Stderr = log, log
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		err = nil
	}
	return log.Name(), err
}

var (
	daemonVersion = regexp.MustCompile(`(?mi)^BuildKit version:\s+v?(\S+)`)
	clientVersion = regexp.MustCompile(`\bv(\d\S*)`)
)

// describe fills in the versions that the programs report.
func describe(ctx context.Context, env []string, c *compat.Column) error {
	for _, v := range []struct {
		to      *string
		pattern *regexp.Regexp
		argv    []string
	}{
		{&c.BuildKit, daemonVersion, []string{"docker-buildx", "inspect"}},
		{&c.Buildx, clientVersion, []string{"docker-buildx", "version"}},
	} {
		if err := ask(ctx, env, v.argv, v.pattern, v.to); err != nil {
			return err
		}
	}
	if c.Kind != compat.Docker {
		return nil
	}
	return ask(ctx, env, []string{"docker", "version", "--format={{.Server.Version}}"}, regexp.MustCompile(`^v?(\S+)`), &c.Engine)
}

// ask runs a command and takes the version out of what it prints. PATH is that
// of the environment.
func ask(ctx context.Context, env, argv []string, version *regexp.Regexp, to *string) error {
	cmd := exec.CommandContext(ctx, "env", argv...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
	}
	found := version.FindSubmatch(out)
	if found == nil {
		return fmt.Errorf("no version in what %s prints:\n%s", strings.Join(argv, " "), out)
	}
	*to = string(found[1])
	return nil
}
