// Package modules fetches the modules of a project and leaves those of their
// packages that it needs as a module cache from which the go command builds
// without network.
//
// What is needed is what the go command says. It lists the packages twice:
// first with network, which fills the cache mount, and then without, on an
// empty module cache that gets its packages from that mount by links. What
// the second run takes from the mount beside them, the go.mod files of the
// module graph above all, is what a build will ask for.
package modules

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/gocmd"
	"golang.org/x/mod/module"
)

// Job is a step that collects modules.
type Job struct {
	Step     gocmd.Step // in the folder of the outline
	ModCache string     // GOMODCACHE that keeps what was fetched
}

// Collect runs the verb and gives the exit code of the go command, which has
// said itself what is wrong.
func Collect(j Job, v tool.Modules) (code int, err error) {
	stubs, err := os.ReadFile(filepath.Join(j.Step.Source, tool.StubsFile))
	if err != nil {
		return 0, err
	}
	q := query{args: command(v), stubs: strings.Fields(string(stubs))}
	// An index of whole modules would be made to list some of their packages.
	j.Step.Env = tool.WithoutIndex(j.Step.Env)
	q.step = j.within(j.Step, "GOMODCACHE="+j.ModCache)
	listed, t, code, err := j.fetch(q, v.Platforms)
	if code != 0 || err != nil {
		return code, err
	}
	q.step = t.offline()
	if _, code, err := q.list(v.Platforms); code != 0 || err != nil {
		return code, err
	}
	return 0, errors.Join(t.write(j.Step.Out), j.ask(listed))
}

// fetch lists the packages, and begins a tree of them. Modules that are not
// what go.sum says are downloaded again, once.
func (j Job) fetch(q query, platforms []string) (listed []pkg, t tree, code int, err error) {
	var altered []module.Version
	for range 2 {
		if err = j.forget(altered); err != nil {
			return nil, t, 0, err
		}
		if listed, code, err = q.list(platforms); code != 0 || err != nil {
			return nil, t, code, err
		}
		if code, err = j.refuse(listed); code != 0 || err != nil {
			return nil, t, code, err
		}
		if t, err = newTree(j, listed); err != nil {
			return nil, t, 0, err
		}
		if altered, err = t.altered(); len(altered) == 0 || err != nil {
			return listed, t, 0, err
		}
	}
	code, err = j.refuseAltered(altered)
	return nil, t, code, err
}

// within is a step with variables on top of its environment.
func (j Job) within(s gocmd.Step, env ...string) gocmd.Step {
	s.Env = append(slices.Clone(s.Env), env...)
	return s
}

// refuse reports packages of modules that could not be had. What else is
// wrong with packages is left to the compiler, which has the source that it
// is about.
func (j Job) refuse(listed []pkg) (code int, err error) {
	var lines strings.Builder
	for _, p := range listed {
		if p.Error != nil && p.unavailable() {
			lines.WriteString("go: " + p.failure() + "\n")
		}
	}
	if lines.Len() == 0 {
		return 0, nil
	}
	return j.report(lines.String())
}

// refuseAltered reports modules that are not what go.sum says, though they
// have just been downloaded.
func (j Job) refuseAltered(all []module.Version) (code int, err error) {
	var lines strings.Builder
	for _, m := range all {
		fmt.Fprintf(&lines, "go: %s: the files in the module cache do not have the checksum that go.sum lists\n", m)
	}
	return j.report(lines.String())
}

// report shows what is wrong in the log and to the frontend.
func (j Job) report(lines string) (code int, err error) {
	if _, err := io.WriteString(j.Step.Stderr, lines); err != nil {
		return 0, err
	}
	return 1, gocmd.Report(j.Step, "fetch modules", lines)
}

// ask leaves what the source has to have for the modules' sake: packages of
// the project that modules import, and the checksums that the go command
// added to those of a workspace.
func (j Job) ask(listed []pkg) error {
	dir := filepath.Join(j.Step.Out, tool.AskedDir)
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
	if err := os.WriteFile(filepath.Join(dir, tool.PackagesFile), []byte(list), 0o644); err != nil {
		return err
	}
	err := copyFile(filepath.Join(dir, workSum), filepath.Join(j.Step.Source, workSum))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
