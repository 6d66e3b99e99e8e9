package vuln

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/tool"
	"github.com/gohull/gohull/llb/tool/gocmd"
)

// Check runs the verb and gives an exit code. It runs govulncheck in each
// module: that wants one around it, where a workspace has none.
func Check(s gocmd.Step, v tool.Vuln) (code int, err error) {
	own, err := readOwn(s.Source, v.Modules)
	if err != nil {
		return 0, err
	}
	var all result
	for _, dir := range v.Modules {
		r, code, err := scan(in(s, dir), v.Args)
		if code != 0 || err != nil {
			return code, err
		}
		all.add(r)
	}
	calls := all.called(own)
	if text := all.uncalled(); text != "" {
		fmt.Fprint(s.Stdout, text)
	}
	if len(calls) == 0 {
		fmt.Fprintln(s.Stdout, "no vulnerability that the database knows is called")
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

// in is the step in a folder of the source.
func in(s gocmd.Step, dir string) gocmd.Step {
	s.Dir = filepath.Join(s.Source, dir)
	return s
}

// scan runs govulncheck. Where it fails, it has found no vulnerabilities but
// something else that is wrong.
func scan(s gocmd.Step, flags []string) (result, int, error) {
	args := slices.Concat([]string{"-format=json", "-db=file://" + tool.VulnDatabase}, flags, []string{"./..."})
	var out bytes.Buffer
	stderr, code, err := gocmd.Program(s, filepath.Join(tool.Programs, "govulncheck"), args, &out)
	if err != nil {
		return result{}, 0, err
	}
	if code != 0 {
		return result{}, code, gocmd.Report(s, "govulncheck", stderr)
	}
	r, err := decode(&out)
	return r, 0, err
}
