package planner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/llb/plan"
)

const (
	// delveFile is where Delve is in the image: no binary of a project is
	// ever there.
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

// delveArchs are the processors that Delve runs on without being told that it
// is an experiment.
var delveArchs = []string{"386", "amd64", "arm64"}

// debugs reports whether the image is one to debug.
func (c Decision) debugs() bool { return c.Target == DebugTarget }

// validateDebug finds what Delve cannot do.
func validateDebug(c Decision, errs *diag.List) {
	if !c.debugs() {
		return
	}
	for _, p := range c.Request.Platforms {
		if !slices.Contains(delveArchs, p.Architecture) {
			errs.Add(diag.Diagnostic{
				At:      diag.Range{File: "--platform " + p.String()},
				Message: "Delve does not run on this processor",
				Hint:    "debug the program on one of " + strings.Join(delveArchs, ", "),
			})
		}
	}
	for _, port := range c.image.Run.Expose {
		if port.Number != c.debugPort() || port.Protocol != "tcp" {
			continue
		}
		errs.Add(diag.Diagnostic{
			At:      port.At,
			Message: fmt.Sprintf("run.expose: Delve would listen on port %d, too", port.Number),
			Hint:    "name another one for it, as `debug: {port: …}`",
		})
	}
}

func (c Decision) debugPort() int {
	if port := c.image.Debug.Port; port != 0 {
		return port
	}
	return debugPort
}

func (d draft) debugger(p plan.Platform) *plan.Program {
	if !d.debugs() {
		return nil
	}
	prog := d.install(delve, d.image.Debug.Version, p, delveFile)
	return &prog
}

// underDelve is a config whose program is started by Delve. A program that
// stands at a breakpoint answers no health check, and is well.
func (d draft) underDelve(c plan.Config, binaries []plan.Binary) plan.Config {
	c.Entrypoint = d.delveEntrypoint(c.Entrypoint, binaries)
	c.Expose = append(c.Expose, fmt.Sprintf("%d/tcp", d.debugPort()))
	slices.Sort(c.Expose)
	c.Expose = slices.Compact(c.Expose)
	if c.Healthcheck != nil {
		c.Healthcheck = &plan.Healthcheck{Test: []string{"NONE"}}
	}
	return c
}

// delveEntrypoint puts Delve before the first of our binaries, so that what
// stands before it, such as an init, stays.
func (d draft) delveEntrypoint(entrypoint []string, binaries []plan.Binary) []string {
	for i, word := range entrypoint {
		for _, b := range binaries {
			if word == b.Path || word == path.Base(b.Path) {
				before, args := entrypoint[:i], entrypoint[i+1:]
				return slices.Concat(before, d.delveCommand(), []string{b.Path, "--"}, args)
			}
		}
	}
	d.errs.Add(diag.Diagnostic{
		At:      d.image.Run.Entrypoint[0].At,
		Message: fmt.Sprintf("run.entrypoint: it starts nothing that Delve could start instead: none of its words is %s", pathList(binaries)),
		Hint:    "write the path of the binary as a word of its own",
	})
	return entrypoint
}

// delveCommand listens for as many debuggers as come. Who may connect is
// decided by who reaches the port: a check of the user, on connections from
// the same host, would turn away `kubectl port-forward`.
func (d draft) delveCommand() []string {
	command := []string{
		delveFile, "exec", "--headless", fmt.Sprintf("--listen=:%d", d.debugPort()),
		"--api-version=2", "--accept-multiclient", "--only-same-user=false",
	}
	if d.image.Debug.Continue.Value {
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
