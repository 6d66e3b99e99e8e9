package check

import (
	"path"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Lint runs the verb and returns an exit code. All tools run in all modules. What
// a tool prints that fails is reported at its lines.
func Lint(s gocmd.Step, v step.Lint) (code int, err error) {
	var failed []step.Failure
	for _, tool := range v.Tools() {
		for _, dir := range v.Modules {
			f, code, err := runTool(s, s.In(dir), tool)
			if err != nil {
				return 0, err
			}
			if code != 0 {
				failed = append(failed, f)
			}
		}
	}
	if len(failed) == 0 {
		return 0, nil
	}
	return 1, gocmd.Join(failed).Leave(s.Report)
}

// runTool runs a tool in the directory of a module, and returns what it found
// and its exit code.
func runTool(s, here gocmd.Step, tool []string) (f step.Failure, code int, err error) {
	stdout, stderr, code, err := gocmd.Output(here, append([]string{"tool"}, tool...))
	if err != nil {
		return f, 0, err
	}
	if _, err := s.Stdout.Write(stdout); err != nil {
		return f, 0, err
	}
	if code == 0 {
		return f, 0, nil
	}
	f = gocmd.Failure(here, "go tool "+path.Base(tool[0]), string(stdout)+stderr)
	if f.Total == 0 {
		f.Total, f.Errors = 1, []step.Error{{Message: "it failed and printed nothing"}}
	}
	return f, code, nil
}
