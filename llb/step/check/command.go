package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// runCommand runs a command that generates files, as Generate runs lines.
func runCommand(s gocmd.Step, v step.Generate, before string) (code int, err error) {
	here := s.In(v.Dir)
	if err := os.MkdirAll(here.Dir, 0o755); err != nil {
		return 0, err
	}
	what := strings.Join(v.Args, " ")
	was := asWritten(here, before)
	printed, code, err := gocmd.Command(here, v.Args)
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return report(was, what, []finding{{message: fmt.Sprintf("the toolchain has no program %s", v.Args[0])}},
			"for a tool of go.mod, write [go, tool, NAME]; for a program of the project, [go, run, ./DIR]")
	}
	if err != nil {
		return 0, err
	}
	if code != 0 {
		return code, failedCommand(was, what, printed, code, v)
	}
	return generated{here, was, what, v.Files}.judge(v.Fix)
}

// failedCommand reports what a command printed, at the lines that it names.
func failedCommand(was gocmd.Step, what, printed string, code int, v step.Generate) error {
	f := gocmd.Failure(was, what, printed)
	if f.Total == 0 {
		f.Total, f.Errors = 1, []step.Error{{Message: fmt.Sprintf("it ended with status %d and printed nothing", code)}}
	}
	f.Errors[0].Message += commandAdvice(printed, v)
	return f.Leave(was.Report)
}

// commandAdvice returns what to do about a command that could not run.
func commandAdvice(printed string, v step.Generate) string {
	switch {
	case strings.Contains(printed, "no such tool"):
		return "; go.mod has no tool line for it: run `go get -tool` with the package of the tool"
	case strings.Contains(printed, "module lookup disabled by GOPROXY=off"), strings.Contains(printed, "no required module provides package"):
		return "; commands have no network, and go.mod says which version of a program to use: run `go get -tool` with its package"
	case strings.Contains(printed, "o such file or directory") && !slices.Contains(v.Files, "."):
		return "; the command finds go.mod, the source of its program, and what `generate.files` names: " + strings.Join(v.Files, ", ")
	}
	return ""
}
