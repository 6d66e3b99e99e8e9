package vuln

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// Tools is what Check needs in addition to the project and its toolchain.
type Tools struct {
	Programs string // directory of govulncheck
	Database string // directory of the vulnerability database that Pick wrote
}

// Check runs the verb and returns an exit code. It runs govulncheck once in
// each module: govulncheck needs a go.mod, and the root of a workspace may have
// none.
func Check(s gocmd.Step, t Tools, v step.Vuln) (code int, err error) {
	own, err := readOwn(s.Source, v.Modules)
	if err != nil {
		return 0, err
	}
	var all result
	for _, dir := range v.Modules {
		r, code, err := t.scan(s.In(dir), v.Args)
		if code != 0 || err != nil {
			return code, err
		}
		all.add(r)
	}
	fmt.Fprint(s.Stdout, all.uncalled())
	calls, notes := divide(all.called(own), v.Ignored)
	for _, note := range notes {
		fmt.Fprintln(s.Stdout, note)
	}
	if len(calls) == 0 {
		return 0, nil
	}
	var text strings.Builder
	for _, c := range calls {
		fmt.Fprintln(&text, c)
	}
	if _, err := io.WriteString(s.Stderr, text.String()); err != nil {
		return 0, err
	}
	return 1, gocmd.Report(s, "govulncheck", text.String())
}

// divide takes out the calls of vulnerabilities that are ignored, and notes
// for the log what became of each of these.
func divide(all []call, ignored []string) (calls []call, notes []string) {
	for _, c := range all {
		if !slices.Contains(ignored, c.id) {
			calls = append(calls, c)
			continue
		}
		notes = append(notes, fmt.Sprintf("ignored: %s", c))
	}
	for _, id := range ignored {
		if !slices.ContainsFunc(all, func(c call) bool { return c.id == id }) {
			notes = append(notes, fmt.Sprintf("vuln.ignore: %s is not called, and can be removed", id))
		}
	}
	return calls, notes
}

// scan runs govulncheck. Where it fails, it has found no vulnerabilities but
// something else that is wrong.
func (t Tools) scan(s gocmd.Step, flags []string) (result, int, error) {
	args := slices.Concat([]string{"-format=json", "-db=file://" + t.Database}, flags, []string{"./..."})
	out, stderr, code, err := gocmd.Program(s, filepath.Join(t.Programs, "govulncheck"), args)
	if err != nil {
		return result{}, 0, err
	}
	if code != 0 {
		return result{}, code, gocmd.Report(s, "govulncheck", stderr)
	}
	r, err := decode(bytes.NewReader(out))
	return r, 0, err
}
