// Package tests runs the tests of a project, shows what fails and where, and
// writes down what came out in the forms that other programs read.
package tests

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Run runs the verb and returns an exit code. Reports go to the directory of Out
// that the project has in the context.
func Run(s gocmd.Step, v step.Test) (code int, err error) {
	args, isEmpty := v.Args, false
	if len(v.Dirs) > 0 {
		if args, code, err = gocmd.Group(s, v.Args, v.Dirs); code != 0 || err != nil {
			return code, err
		}
		isEmpty = args == nil
	}
	reports, err := reportsDir(s, v.Report)
	if err != nil {
		return 0, err
	}
	out, stderr := &stream{log: s.Stdout}, ""
	if !isEmpty {
		if stderr, code, err = gocmd.Stream(s, append(command(v, reports), args...), out); err != nil {
			return 0, err
		}
	}
	r := newRun(out)
	if v.Report {
		if err := r.leave(s, v, reports, out.text.Bytes()); err != nil {
			return 0, err
		}
	}
	if code == 0 || v.Keep && r.hasRun(v) {
		return 0, mtime.SetAll(s.Out, 0)
	}
	return code, r.report(s, v.Args, stderr+out.rest.String())
}

// command returns the beginning of the command line of the tests.
func command(v step.Test, reports string) []string {
	args := []string{"test", "-json"}
	if v.Report {
		args = append(args, "-coverprofile="+filepath.Join(reports, step.TestCover))
	}
	return args
}

// reportsDir returns the directory of reports, and makes it if there will be any.
func reportsDir(s gocmd.Step, isWanted bool) (string, error) {
	dir := filepath.Join(s.Out, s.Below())
	if !isWanted {
		return dir, nil
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// hasRun reports whether there is a result that is worth a report. If nothing of a
// group compiles, the results of other groups may be.
func (r run) hasRun(v step.Test) bool {
	return r.tested() || len(v.Dirs) > 0 && len(r.results) > 0
}

// report leaves what failed for the frontend. printed is what the go command said
// of it. Packages that args name are the project's own.
func (r run) report(s gocmd.Step, args []string, printed string) error {
	dirs, err := gocmd.Dirs(s, args)
	if err != nil {
		return err
	}
	return gocmd.Report(s, "go test", printed+r.failures(dirs))
}

// leave leaves the reports in a directory. Those of a group are only for Reports.
func (r run) leave(s gocmd.Step, v step.Test, dir string, events []byte) error {
	if len(v.Dirs) > 0 {
		return os.WriteFile(filepath.Join(dir, step.TestEvents), events, 0o644)
	}
	return r.write(s, dir, events)
}

// write writes all reports but the profile of the coverage, which is there if
// anything was compiled for it.
func (r run) write(s gocmd.Step, dir string, events []byte) error {
	suites, err := r.junit()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, step.TestJUnit), suites, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, step.TestEvents), events, 0o644); err != nil || !r.tested() {
		return err
	}
	return page(s, dir)
}

// page makes a page of the coverage. Where the go command cannot, since code
// came from files that are not there, it has said so, and the other reports
// are worth as much.
func page(s gocmd.Step, dir string) error {
	profile, out := filepath.Join(dir, step.TestCover), filepath.Join(dir, step.TestPage)
	if _, err := os.Stat(profile); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	_, _, err := gocmd.Stream(s, []string{"tool", "cover", "-html=" + profile, "-o=" + out}, s.Stdout)
	return err
}

// run is what came of the tests, by package and in the order in which they
// ended.
type run struct {
	results []result
	built   string // what the go command said of packages that do not compile
}

// result is what came of a test, or of a package as a whole.
type result struct {
	pkg, test string // test is empty for the package
	action    string // "pass", "fail" or "skip"
	elapsed   float64
	output    []string // lines
}

func newRun(s *stream) run {
	r := run{built: strings.Join(s.built.lines(), "")}
	for _, e := range s.results {
		r.results = append(r.results, result{e.Package, e.Test, e.Action, e.Elapsed, s.output[e.of()].lines()})
	}
	// Packages are tested side by side.
	slices.SortStableFunc(r.results, func(a, b result) int { return strings.Compare(a.pkg, b.pkg) })
	return r
}

// tested reports whether any test was run.
func (r run) tested() bool {
	return slices.ContainsFunc(r.results, func(t result) bool { return t.test != "" })
}

// failed reports whether anything failed.
func (r run) failed() bool {
	return slices.ContainsFunc(r.results, func(t result) bool { return t.action == "fail" })
}

// failedBelow reports whether a part of a test, or of a package, failed.
func (r run) failedBelow(t result) bool {
	return slices.ContainsFunc(r.results, func(o result) bool {
		return o.action == "fail" && o.pkg == t.pkg && t.contains(o)
	})
}

// contains reports whether o is a part of t: a test of the package, or a
// subtest.
func (t result) contains(o result) bool {
	if t.test == "" {
		return o.test != ""
	}
	return strings.HasPrefix(o.test, t.test+"/")
}

// failures returns what failed in the form of what the go command prints.
func (r run) failures(dirs map[string]string) string {
	var b strings.Builder
	b.WriteString(r.built)
	hinted := false
	for _, t := range r.results {
		if t.action != "fail" || t.test == "" && r.built != "" {
			continue // A package that was not built has been reported.
		}
		lines := t.messages(dirs)
		if lines == nil && !r.failedBelow(t) {
			lines = t.whole(dirs[t.pkg])
		}
		for _, line := range lines {
			if !hinted && listable(line) {
				hinted = true
				line += "; if the repository has it, list it in `test.files`"
			}
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}
