// Package modules fetches the modules of a project and leaves those of their
// packages that it needs as a module cache from which the go command builds
// without network.
//
// What is needed is what the go command says. It lists the packages twice:
// first with network, which fills the cache mount, and then without, on an
// empty module cache that gets its packages from that mount by links. What
// the second run takes from the mount in addition to them, mostly the go.mod files of the
// module graph, is what a build will ask for. And what the second run cannot have and the first one was to fetch could not be fetched: that is
// an error of this step, whatever the go command says of it.
package modules

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Job is a step that collects modules.
type Job struct {
	Step     gocmd.Step    // in the directory of the outline
	ModCache string        // GOMODCACHE that keeps what was fetched
	Pause    time.Duration // before another attempt
}

// Collect runs the verb and returns the exit code of the go command, which has
// printed what is wrong.
func Collect(j Job, v step.Modules) (code int, err error) {
	stubs, err := regular.ReadFile(filepath.Join(j.Step.Source, step.StubsFile), regular.Text)
	if err != nil {
		return 0, err
	}
	q := query{args: command(v), stubs: strings.Fields(string(stubs))}
	// An index of whole modules would be made to list some of their packages. To list
	// them takes a fifth less CPU time if garbage is collected less often.
	j.Step.Env = append(step.WithoutIndex(j.Step.Env), "GOGC=400")
	q.job = j.within(j.Step.Online(), "GOMODCACHE="+j.ModCache)
	c, err := j.collect(q, v.Platforms)
	var p *problem
	if errors.As(err, &p) {
		return j.report(p)
	}
	if err != nil {
		return 0, err
	}
	if p := libraries(c.listed, j.ModCache); p != nil {
		return j.report(p)
	}
	return 0, errors.Join(c.tree.write(j.Step.Out), j.ask(c.listed))
}

// libraries reports packages of other modules that were asked for as main packages
// and are none; nil if there are none.
func libraries(listed []pkg, modCache string) *problem {
	var all lines
	for _, p := range listed {
		if p.stub && p.isIn(modCache) && p.Error == nil && p.Name != "main" {
			all.add(pkg{ImportPath: p.ImportPath, Error: &pkgError{"it is package " + p.Name + ", a library; name a main package with the key `main`"}})
		}
	}
	if all == nil {
		return nil
	}
	return &problem{text: strings.Join(all, "")}
}

// within returns a step with variables on top of its environment.
func (j Job) within(s gocmd.Step, env ...string) gocmd.Step {
	s.Env = append(slices.Clone(s.Env), env...)
	return s
}

// ask leaves what the source has to have for the modules' sake: packages of
// the project that modules import, and the checksums that the go command
// added to those of a workspace.
func (j Job) ask(listed []pkg) error {
	dir := filepath.Join(j.Step.Out, step.AskedDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var asked []string
	for _, p := range listed {
		if p.isIn(j.Step.Source) && !p.stub {
			asked = append(asked, p.ImportPath)
		}
	}
	slices.Sort(asked)
	list := strings.Join(append(slices.Compact(asked), ""), "\n")
	if err := os.WriteFile(filepath.Join(dir, step.PackagesFile), []byte(list), 0o644); err != nil {
		return err
	}
	err := copyFile(filepath.Join(dir, workSum), filepath.Join(j.Step.Dir, workSum))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
