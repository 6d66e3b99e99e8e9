package vuln

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"golang.org/x/mod/modfile"
)

// message is what govulncheck prints, a list of them.
type message struct {
	OSV     *struct{ ID, Summary string }
	Finding *finding
}

// finding is a vulnerability of a module, of a package, or of a function that
// is called.
type finding struct {
	OSV   string
	Fixed string `json:"fixed_version"` // "v1.2.3"; empty when no version is without it
	Trace []frame
}

// frame is a step on the way from the vulnerable function, the first one, to
// the project's own code. Its position is that of its call of the frame before.
type frame struct {
	Module, Version, Package, Function, Receiver string
	Position                                     *struct {
		Filename     string // in the module
		Line, Column int
	}
}

// result is what govulncheck has to say.
type result struct {
	summaries map[string]string // by id
	findings  []finding
}

func decode(r io.Reader) (result, error) {
	out := result{summaries: map[string]string{}}
	d := json.NewDecoder(r)
	for {
		var m message
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("reading what govulncheck printed: %w", err)
		}
		if m.OSV != nil {
			out.summaries[m.OSV.ID] = m.OSV.Summary
		}
		if m.Finding != nil && len(m.Finding.Trace) > 0 {
			out.findings = append(out.findings, *m.Finding)
		}
	}
}

func (r *result) add(o result) {
	if r.summaries == nil {
		r.summaries = map[string]string{}
	}
	maps.Copy(r.summaries, o.summaries)
	r.findings = append(r.findings, o.findings...)
}

// own are the directories of the project's modules, by module path.
type own map[string]string

func readOwn(source string, dirs []string) (own, error) {
	o := own{}
	for _, dir := range dirs {
		data, err := regular.ReadFile(filepath.Join(source, dir, "go.mod"), regular.Text)
		if err != nil {
			return nil, err
		}
		o[modfile.ModulePath(data)] = dir
	}
	return o, nil
}

// call is one that leads to a vulnerable function.
type call struct {
	file      string // in the context; empty when nobody knows
	line, col int
	id        string // of the vulnerability
	text      string
}

// String returns the call in the form of what the go command prints.
func (c call) String() string {
	if c.file == "" {
		return "go: " + c.text
	}
	return fmt.Sprintf("%s:%d:%d: %s", c.file, c.line, c.col, c.text)
}

// called returns the calls that lead to a vulnerable function, by their places.
func (r result) called(o own) []call {
	var calls []call
	for _, f := range r.findings {
		if f.Trace[0].Function != "" {
			calls = append(calls, r.call(f, o))
		}
	}
	slices.SortFunc(calls, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line), cmp.Compare(a.col, b.col), cmp.Compare(a.text, b.text))
	})
	return slices.Compact(calls)
}

func (r result) call(f finding, o own) call {
	i := slices.IndexFunc(f.Trace, func(fr frame) bool { _, ok := o[fr.Module]; return ok })
	ours := i >= 0
	if !ours {
		i = len(f.Trace) - 1
	}
	c := call{id: f.OSV, text: fmt.Sprintf("%s, which is vulnerable in %s: %s: %s; %s", way(f.Trace[:i+1]), f.Trace[0].where(), f.OSV, r.summaries[f.OSV], f.remedy())}
	if caller := f.Trace[i]; ours && caller.Position != nil && caller.Position.Line > 0 {
		c.file = path.Join(o[caller.Module], caller.Position.Filename)
		c.line, c.col = caller.Position.Line, caller.Position.Column
	}
	return c
}

// way tells the calls from the project's own code to the vulnerable function.
// What is between the first call and the last does not help to find either.
func way(trace []frame) string {
	vulnerable, caller := trace[0], trace[len(trace)-1]
	switch n := len(trace); n {
	case 1:
		return vulnerable.name()
	case 2:
		return caller.name() + " calls " + vulnerable.name()
	default:
		verb := "calls"
		if n > 3 {
			verb = "leads to"
		}
		return fmt.Sprintf("%s calls %s, which %s %s", caller.name(), trace[n-2].name(), verb, vulnerable.name())
	}
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// name returns what the function is called in source: "uuid.UUID.String".
func (fr frame) name() string {
	name := path.Base(majorVersion.ReplaceAllString(fr.Package, ""))
	if fr.Receiver != "" {
		name += "." + strings.TrimPrefix(fr.Receiver, "*")
	}
	return name + "." + fr.Function
}

// isGo reports whether it is of Go itself, and not of a module.
func (fr frame) isGo() bool { return fr.Module == standard || fr.Module == command }

func (fr frame) where() string {
	if fr.isGo() {
		return "Go " + strings.TrimPrefix(fr.Version, "v")
	}
	return strings.TrimSpace(fr.Module + " " + fr.Version)
}

// remedy returns what to do about it.
func (f finding) remedy() string {
	of := f.Trace[0]
	switch {
	case f.Fixed == "":
		return "no version is without it yet"
	case of.isGo():
		return fmt.Sprintf("it is fixed in Go %s: go get toolchain@go%[1]s, or write it as the key `go`", strings.TrimPrefix(f.Fixed, "v"))
	}
	return fmt.Sprintf("it is fixed in %s: go get %s@%[1]s", f.Fixed, of.Module)
}

// uncalled lists for the log the other vulnerabilities, in
// modules that the project requires.
func (r result) uncalled() string {
	calls := map[string]bool{}
	versions := map[string]string{}
	for _, f := range r.findings {
		calls[f.OSV] = calls[f.OSV] || f.Trace[0].Function != ""
		versions[f.OSV] = f.Trace[0].where()
	}
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(versions)) {
		if !calls[id] {
			fmt.Fprintf(&b, "not called: %s in %s: %s\n", id, versions[id], r.summaries[id])
		}
	}
	return b.String()
}
