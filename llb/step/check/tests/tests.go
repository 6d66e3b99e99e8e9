// Package tests runs the tests of a project, shows what fails and where, and
// writes down what came out in the forms that other programs read.
package tests

import (
	"bytes"
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
	args, reports := []string{"test", "-json"}, filepath.Join(s.Out, s.Below())
	if v.Report {
		if err := os.MkdirAll(reports, 0o755); err != nil {
			return 0, err
		}
		args = append(args, "-coverprofile="+filepath.Join(reports, step.TestCover))
	}
	out := &stream{log: s.Stdout}
	stderr, code, err := gocmd.Stream(s, append(args, v.Args...), out)
	if err != nil {
		return 0, err
	}
	r := newRun(out)
	if v.Report {
		if err := r.write(reports, out.text.Bytes()); err != nil {
			return 0, err
		}
	}
	if v.Report && r.tested() {
		if err := page(s, reports); err != nil {
			return 0, err
		}
	}
	if code == 0 || v.Keep && r.tested() {
		return 0, mtime.SetAll(s.Out, 0)
	}
	dirs, err := packageDirs(s, v.Args)
	if err != nil {
		return 0, err
	}
	return code, gocmd.Report(s, "go test", stderr+out.rest.String()+r.failures(dirs))
}

// write leaves the reports in a directory.
func (r run) write(dir string, events []byte) error {
	suites, err := r.junit()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, step.TestJUnit), suites, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, step.TestEvents), events, 0o644)
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

// packageDirs returns the directories of the packages that were tested, by
// import path.
func packageDirs(s gocmd.Step, args []string) (map[string]string, error) {
	list := []string{"list", "-e", "-f", "{{.ImportPath}}\t{{.Dir}}"}
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") || strings.HasPrefix(arg, "-tags=") {
			list = append(list, arg)
		}
	}
	out, _, err := gocmd.Capture(s, list)
	dirs := map[string]string{}
	for line := range bytes.Lines(out) {
		importPath, dir, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		dirs[importPath] = dir
	}
	return dirs, err
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
	for _, t := range r.results {
		if t.action != "fail" || t.test == "" && r.built != "" {
			continue // A package that was not built has been reported.
		}
		lines := t.messages(dirs)
		if lines == nil && !r.failedBelow(t) {
			lines = t.whole(dirs[t.pkg])
		}
		for _, line := range lines {
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}
