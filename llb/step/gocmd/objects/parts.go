package objects

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/rogpeppe/go-internal/cache"
)

// groupMember is a package of a group.
type groupMember struct {
	dir  string // of the pack that it is in, below Out
	path string // to import it by; empty for a part without packages
}

// members reads a step.MembersFile.
func members(file string) ([]groupMember, error) {
	data, err := regular.ReadFile(file, regular.Text)
	if err != nil {
		return nil, err
	}
	var all []groupMember
	for line := range strings.Lines(string(data)) {
		dir, importPath, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !filepath.IsLocal(dir) {
			return nil, fmt.Errorf("%s: %q is no directory of a part", file, dir)
		}
		all = append(all, groupMember{dir, importPath})
	}
	return all, nil
}

// collectParts compiles the packages of a group, and makes a pack of each of its
// parts. A part has the same packages, and nothing else, whatever else had to be
// compiled.
func collectParts(j Job, v step.Objects) (code int, err error) {
	all, err := members(v.List)
	if err != nil {
		return 0, err
	}
	var paths []string
	for _, m := range all {
		if m.path != "" {
			paths = append(paths, m.path)
		}
	}
	made, err := vetMembers(j.Step, v, paths)
	if err != nil {
		return 0, err
	}
	c, err := cache.Open(j.Cache)
	if err != nil {
		return 0, err
	}
	// For tests, most often none are left. For programs, all are.
	paths = slices.DeleteFunc(paths, func(importPath string) bool { return len(lookup(c, made.compiled[importPath])) > 0 })
	exported, code, err := export(j.Step, v, paths)
	if code != 0 || err != nil {
		return code, err
	}
	return 0, writeParts(j, c, all, made, exported)
}

// export compiles packages, and returns the outputs by their import paths.
func export(s gocmd.Step, v step.Objects, paths []string) (outputs map[string]string, code int, err error) {
	outputs = map[string]string{}
	if len(paths) == 0 {
		return outputs, 0, nil
	}
	v.Args = append([]string{v.Args[0], "-f", "{{.ImportPath}} {{.Export}}"}, v.Args[1:]...)
	out, code, err := gocmd.Capture(s, naming(v, paths))
	if code != 0 || err != nil {
		return nil, code, err
	}
	for line := range strings.Lines(string(out)) {
		importPath, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		outputs[importPath] = strings.TrimSuffix(filepath.Base(file), "-d")
	}
	return outputs, 0, nil
}

// vetMembers has packages vetted, if they are for tests, and returns the actions of that.
// `go test` compiles them as well, `go vet` only what others import. What is wrong with the
// packages is no error here. Which action is of which package, the go command says only where
// it prints what its keys are made of (`go help cache`).
func vetMembers(s gocmd.Step, v step.Objects, paths []string) (actions, error) {
	made := actions{compiled: map[string][]cache.ActionID{}, vetted: map[string][]cache.ActionID{}}
	if len(v.Vet) == 0 || len(paths) == 0 {
		return made, nil
	}
	s.Env = step.WithDebug(s.Env, "gocachehash=1")
	s.Stderr = made
	args := slices.Clone(v.Vet)
	if args[0] == "test" {
		args = append(args, runNothing)
	}
	_, _, _, err := gocmd.Output(s, append(args, paths...))
	return made, err
}

// runNothing is a flag of `go test`, which then runs another program instead of the
// tests. There are tests if a package embeds the files of its tests.
const runNothing = "-exec=go version"

// actions are those of the go command that compile and vet packages, by import path: a
// package with tests has two. Lines that the go command prints are written to it.
type actions struct{ compiled, vetted map[string][]cache.ActionID }

// actionKey is the line with the key of an action. The lines before it, with what
// goes into the key, have that in quotes.
var actionKey = regexp.MustCompile(`^HASH\[(build|vet) (\S+)\]: ([0-9a-f]{64})\n$`)

func (a actions) Write(line []byte) (int, error) {
	found := actionKey.FindSubmatch(line)
	if found == nil {
		return len(line), nil
	}
	id, err := actionID(string(found[3]))
	if err != nil {
		return 0, err
	}
	of := a.compiled
	if string(found[1]) == "vet" {
		of = a.vetted
	}
	if importPath := string(found[2]); !slices.Contains(of[importPath], id) {
		of[importPath] = append(of[importPath], id)
	}
	return len(line), nil
}

// writeParts writes the packs of parts, which have what actions of their packages gave. Outputs are
// those of packages of which no action is known, by their import paths.
func writeParts(j Job, c *cache.Cache, all []groupMember, made actions, outputs map[string]string) error {
	asked, err := recorded(filepath.Join(j.Step.Temp, actionsFile))
	if err != nil {
		return err
	}
	by := byOutput(c, asked)
	parts := map[string][]cache.ActionID{}
	count := 0
	for _, m := range all {
		parts[m.dir] = append(parts[m.dir], by[outputs[m.path]]...)
		for _, id := range slices.Concat(made.compiled[m.path], made.vetted[m.path]) {
			parts[m.dir] = append(parts[m.dir], id, cache.Subkey(id, "stdout"))
		}
	}
	for dir, of := range parts {
		out := filepath.Join(j.Step.Out, dir)
		if err := os.MkdirAll(out, 0o755); err != nil {
			return err
		}
		n, err := writePack(out, c, lookup(c, of))
		if err != nil {
			return err
		}
		count += n
	}
	fmt.Fprintf(j.Step.Stderr, "packed what %d actions gave\n", count)
	return nil
}

// byOutput returns the actions that gave an output, with what they printed,
// which the go command asks for as well.
func byOutput(c *cache.Cache, actions []cache.ActionID) map[string][]cache.ActionID {
	by := map[string][]cache.ActionID{}
	for _, id := range actions {
		if _, found, err := c.GetFile(id); err == nil {
			output := fmt.Sprintf("%x", found.OutputID)
			by[output] = append(by[output], id, cache.Subkey(id, "stdout"))
		}
	}
	return by
}
