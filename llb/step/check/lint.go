package check

import (
	"maps"
	"path"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Lint runs the verb and returns an exit code. All tools run in all modules;
// what those print that fail is reported at its lines.
func Lint(s gocmd.Step, v step.Lint) (code int, err error) {
	all := step.Failure{Files: map[string][]byte{}}
	for _, tool := range v.Tools() {
		for _, dir := range v.Modules {
			f, failed, err := runTool(s, s.In(dir), tool)
			if err != nil {
				return 0, err
			}
			if failed == 0 {
				continue
			}
			code, all.Command = 1, f.Command
			all.Total += f.Total
			all.Errors = append(all.Errors, f.Errors...)
			maps.Copy(all.Files, f.Files)
		}
	}
	if code == 0 {
		return 0, nil
	}
	return code, all.Leave(s.Report)
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
