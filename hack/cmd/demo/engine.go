package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"github.com/gohull/gohull/hack/internal/lab"
)

// engine is where the demo builds and runs.
type engine struct {
	syntax   string   // the frontend
	buildx   []string // how to start buildx
	registry string   // takes the image; empty: the user's Docker does
	docker   bool     // there is a Docker to run it with
}

func (e engine) ref(name string) string {
	if e.registry == "" {
		return name
	}
	return e.registry + "/" + name
}

func (e engine) output(ref string) string {
	if e.registry == "" {
		return "type=docker,name=" + ref
	}
	return "type=image,push=true,name=" + ref
}

// choose takes the user's Docker if there is one, and the lab otherwise.
func choose(ctx context.Context) (engine, error) {
	inLab := os.Getenv("GOHULL_LAB") != ""
	if !inLab && runs(ctx, "docker", "buildx", "version") && runs(ctx, "docker", "info") {
		return users(ctx)
	}
	return labs(ctx)
}

// users builds the frontend with the user's Docker, and pushes it if the user
// said where to. The Docker's own builder finds it in the image store, too.
func users(ctx context.Context) (engine, error) {
	e := engine{syntax: os.Getenv("GOHULL_SYNTAX"), buildx: []string{"docker", "buildx"}, docker: true}
	args := []string{"build", "--push"}
	if e.syntax == "" {
		e.syntax = "gohull:demo"
		os.Setenv("BUILDX_BUILDER", "default")
		args = []string{"build", "--load"}
	}
	if ca := os.Getenv("GOHULL_CA"); ca != "" {
		args = append(args, "--secret=id=ca,src="+ca)
	}
	cmd := exec.CommandContext(ctx, "docker", append([]string{"buildx"}, append(args, "--tag", e.syntax, os.Getenv("GOHULL_REPO"))...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return engine{}, fmt.Errorf("build the frontend as %s: %w", e.syntax, err)
	}
	return e, nil
}

// labs brings up the lab and adopts its environment.
func labs(ctx context.Context) (engine, error) {
	l, err := lab.Here(os.Stderr)
	if err != nil {
		return engine{}, err
	}
	if err := l.Up(ctx, false); err != nil {
		return engine{}, err
	}
	os.Unsetenv("DOCKER_HOST") // the user's; the lab sets its own if it has an Engine
	if err := l.Adopt(); err != nil {
		return engine{}, err
	}
	return engine{
		syntax:   os.Getenv("GOHULL_SYNTAX"),
		buildx:   []string{"docker-buildx"},
		registry: os.Getenv("REGISTRY"),
		docker:   os.Getenv("DOCKER_HOST") != "",
	}, nil
}

func runs(ctx context.Context, name string, args ...string) bool {
	return exec.CommandContext(ctx, name, args...).Run() == nil
}
