package planner

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

const (
	// delveFile is where Delve is in the image. No binary of a project is
	// ever put there.
	delveFile = "/usr/local/libexec/dlv"
	// debugPort is the port that Delve listens on unless the spec names one.
	debugPort = 40000
)

// What a debugger needs: no optimisations, and the debug information. The last
// flag of a name counts for the linker.
const (
	debugGcflags = "all=-N -l"
	debugLdflags = "-s=false -w=false"
)

// delveArchs are the architectures on which Delve runs without a flag for
// experiments.
var delveArchs = []string{"386", "amd64", "arm64"}

// debugging is how the program of an image is debugged.
type debugging struct {
	on      bool // whether the image is one to debug
	keys    spec.Debug
	expose  []spec.Port
	written spec.Entrypoint
}

func chooseDebugging(s *spec.Spec, target string) debugging {
	return debugging{on: target == debugTarget, keys: s.Debug, expose: s.Run.Expose, written: s.Run.Entrypoint}
}

// validate reports what Delve cannot do.
func (d debugging) validate(platforms []plan.Platform, errs *diag.List) {
	if !d.on {
		return
	}
	for _, p := range platforms {
		if !slices.Contains(delveArchs, p.Architecture) {
			errs.Add(diag.Diagnostic{
				At:      diag.Range{File: "--platform " + p.String()},
				Message: "Delve does not run on this architecture",
				Hint:    "debug the program on one of " + strings.Join(delveArchs, ", "),
			})
		}
	}
	for _, port := range d.expose {
		if port.Number != d.port() || port.Protocol != "tcp" {
			continue
		}
		errs.Add(diag.Diagnostic{
			At:      port.At,
			Message: fmt.Sprintf("run.expose: Delve would listen on port %d, too", port.Number),
			Hint:    "choose another port with `debug: {port: …}`",
		})
	}
}

func (d debugging) port() int { return cmp.Or(d.keys.Port, debugPort) }

// config has Delve start the program of a config. A program that stands at a
// breakpoint answers no health check, although nothing is wrong.
func (d debugging) config(c plan.Config, binaries []plan.Binary, errs *diag.List) plan.Config {
	if !d.on {
		return c
	}
	if len(c.Entrypoint) == 0 {
		c.Cmd = d.command(c.Cmd, binaries, errs)
	} else {
		c.Entrypoint = d.command(c.Entrypoint, binaries, errs)
	}
	c.Expose = append(c.Expose, fmt.Sprintf("%d/tcp", d.port()))
	slices.Sort(c.Expose)
	c.Expose = slices.Compact(c.Expose)
	if c.Healthcheck != nil {
		c.Healthcheck = &plan.Healthcheck{Test: []string{"NONE"}}
	}
	return c
}

// command puts Delve before the first of our binaries, so that what stands
// before it, such as an init, stays. Of an image without a command, it starts
// the first one.
func (d debugging) command(words []string, binaries []plan.Binary, errs *diag.List) []string {
	if len(words) == 0 {
		return append(d.delve(), binaries[0].Path)
	}
	for i, word := range words {
		for _, b := range binaries {
			if word == b.Path || word == path.Base(b.Path) {
				before, args := words[:i], words[i+1:]
				return slices.Concat(before, d.delve(), []string{b.Path, "--"}, args)
			}
		}
	}
	wrong := diag.Diagnostic{
		At:      d.written.Word.At,
		Message: fmt.Sprintf("run.entrypoint: Delve cannot start it: none of its words is %s", pathList(binaries)),
		Hint:    "write the path of the binary as a word of its own",
	}
	if len(d.written.Args) > 0 {
		wrong.At = d.written.Args[0].At
	}
	errs.Add(wrong)
	return words
}

// delve listens for as many debuggers as come. Who may connect is decided by
// who reaches the port: a test of the user, on connections from the same host,
// would turn away `kubectl port-forward`.
func (d debugging) delve() []string {
	command := []string{
		delveFile, "exec", "--headless", fmt.Sprintf("--listen=:%d", d.port()),
		"--api-version=2", "--accept-multiclient", "--only-same-user=false",
	}
	if d.keys.Continue.Value {
		command = append(command, "--continue")
	}
	return command
}

func pathList(binaries []plan.Binary) string {
	var paths []string
	for _, b := range binaries {
		paths = append(paths, b.Path)
	}
	return strings.Join(paths, ", ")
}
