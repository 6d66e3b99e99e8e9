package planner

import (
	"slices"
	"testing"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// TestCommand compares what a container starts with what the spec and the base
// say.
func TestCommand(t *testing.T) {
	var base dockerspec.DockerOCIImage
	base.Config.Entrypoint, base.Config.Cmd = []string{"/init"}, []string{"serve"}
	built := plan.Compile{Binaries: []plan.Binary{{Made: "/usr/local/bin/app", Path: "/app"}}}
	word := func(s string) spec.Entrypoint { return spec.Entrypoint{Word: spec.String{Value: s}} }
	args := []spec.String{{Value: "-v"}}
	for _, c := range []struct {
		name                string
		run                 spec.Run
		entrypoint, command []string
	}{
		{"nothing", spec.Run{}, []string{"/app"}, nil},
		{"arguments", spec.Run{Args: args}, []string{"/app"}, []string{"-v"}},
		{"none", spec.Run{Entrypoint: word("none")}, nil, nil},
		{"none and arguments", spec.Run{Entrypoint: word("none"), Args: args}, nil, []string{"-v"}},
		{"base", spec.Run{Entrypoint: word("base")}, []string{"/init"}, []string{"serve"}},
		{"base and arguments", spec.Run{Entrypoint: word("base"), Args: args}, []string{"/init"}, []string{"-v"}},
		{"a program", spec.Run{Entrypoint: spec.Entrypoint{Args: args}}, []string{"-v"}, nil},
	} {
		got := configuration{run: c.run, base: base}
		if e, cmd := got.entrypoint(built), got.command(); !slices.Equal(e, c.entrypoint) || !slices.Equal(cmd, c.command) {
			t.Errorf("%s: entrypoint %q and command %q, want %q and %q", c.name, e, cmd, c.entrypoint, c.command)
		}
	}
}
