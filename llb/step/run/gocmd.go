package run

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/check"
	"github.com/gohull/gohull/llb/step/check/tests"
	"github.com/gohull/gohull/llb/step/check/vuln"
	"github.com/gohull/gohull/llb/step/fetch/modules"
	"github.com/gohull/gohull/llb/step/fetch/program"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/gocmd/objects"
	"github.com/gohull/gohull/llb/step/gocmd/vcs"
	"github.com/gohull/gohull/llb/step/image/executable"
	"github.com/gohull/gohull/llb/step/source/closure"
)

// compile runs the go command, and then looks at the executables it made. A program
// is linked from nearly all objects that the step begins with. The packages of a group,
// which are vetted, need few of them.
func compile(e Env, s gocmd.Step, v step.Go) (int, error) {
	var err error
	if len(v.Dirs) > 0 {
		s, err = objects.Serve(s, e.at(step.Cache), v.Start)
	} else {
		err = e.begin(v.Start)
	}
	if err != nil {
		return 0, err
	}
	code, err := gocmd.Run(s.Compiling(), v)
	if code != 0 || err != nil || len(v.Binaries) == 0 {
		return code, err
	}
	return e.inspect("compile", v, e.at(step.Source), e.at(step.ModCache))
}

// inspect looks at executables that were made, and says in step.Static whether
// they are static. Sources are directories of what they were made of.
func (e Env) inspect(verb string, v step.Go, sources ...string) (int, error) {
	c := executable.Compiled{
		Out:     e.at(step.Out),
		Static:  e.at(step.Static),
		Sources: sources,
		Env:     e.Vars,
	}
	problems, err := c.Check(v)
	if err != nil || len(problems) == 0 {
		return 0, err
	}
	return e.reject(verb, problems), nil
}

// installProgram installs a program of another module, and then looks at it.
func installProgram(e Env, s gocmd.Step, v step.Program) (int, error) {
	code, err := program.Install(s, e.at(step.Static), v)
	if code != 0 || err != nil {
		return code, err
	}
	return e.inspect("program", step.Go{Binaries: []string{v.Path}})
}

// begin adds the objects that a step begins with to its GOCACHE.
func (e Env) begin(s step.Start) error { return objects.Begin(e.at(step.Cache), s, e.Stderr) }

func packObjects(e Env, s gocmd.Step, v step.Objects) (int, error) {
	if v.Parts {
		if err := closure.UnpackSmall(e.at(step.Source), e.at(path.Join(path.Dir(v.List), step.SmallFile))); err != nil {
			return 0, err
		}
	}
	return objects.Collect(objects.Job{Step: s.Compiling(), Cache: e.at(step.Cache)}, v)
}

func record(e Env, v step.Record) error {
	return objects.Record(e.at(step.Cache), v, e.Stderr)
}

// answerGit answers the go command, which has started the program as git.
func answerGit(e Env, v step.Git) (int, error) {
	var c step.Checkout
	if err := json.Unmarshal([]byte(e.lookup(step.CheckoutVariable)), &c); err != nil {
		return 0, err
	}
	answer, ok := vcs.Git(c, e.at(step.Source), v.Args)
	if !ok {
		fmt.Fprintf(e.Stderr, "gohull: no answer to git %s\n", strings.Join(v.Args, " "))
		return vcs.Failed, nil
	}
	_, err := io.WriteString(e.Stdout, answer)
	return 0, err
}

func collectModules(e Env, s gocmd.Step, v step.Modules) (int, error) {
	return modules.Collect(modules.Job{Step: s, ModCache: e.at(step.ModCache), Pause: pause}, v)
}

func runTests(e Env, s gocmd.Step, v step.Test) (int, error) {
	if err := e.begin(v.Start); err != nil {
		return 0, err
	}
	if v.Covdata {
		if err := gocmd.AddTool(s, filepath.Join(e.at(step.Programs), step.CovdataTool)); err != nil {
			return 0, err
		}
	}
	return tests.Run(s, v)
}

func runGenerators(e Env, s gocmd.Step, v step.Generate) (int, error) {
	if err := e.begin(v.Start); err != nil {
		return 0, err
	}
	return check.Generate(s, v, e.at(step.Before))
}

func runLint(e Env, s gocmd.Step, v step.Lint) (int, error) {
	if err := e.begin(v.Start); err != nil {
		return 0, err
	}
	return check.Lint(s, v)
}

func findVulnerabilities(e Env, s gocmd.Step, v step.Vuln) (int, error) {
	return vuln.Check(s.Compiling(), vuln.Tools{Programs: e.at(step.Programs), Database: e.at(step.VulnDatabase)}, v)
}
