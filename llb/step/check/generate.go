package check

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/mtime"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/gohull/gohull/llb/step/source/gofiles"
	"github.com/rogpeppe/go-internal/diff"
)

// Generate runs the verb and returns an exit code. The directory before holds the
// source as it was.
func Generate(s gocmd.Step, v step.Generate, before string) (code int, err error) {
	if v.Command {
		return runCommand(s, v, before)
	}
	dirs, err := directiveDirs(before)
	if err != nil {
		return 0, err
	}
	if len(dirs) == 0 {
		return 1, nothing(s, v)
	}
	stderr, code, err := gocmd.Stream(s, append([]string{"generate"}, v.Args...), s.Stdout)
	if err != nil {
		return 0, err
	}
	was := asWritten(s, before)
	if code != 0 {
		return code, gocmd.Report(was, "go generate", explained(stderr))
	}
	return generated{s, was, "go generate", dirs}.judge(v.Fix)
}

// asWritten returns the step in the source as it was: reports show lines as they
// were written.
func asWritten(s gocmd.Step, before string) gocmd.Step {
	was := s
	was.Source, was.Dir = before, filepath.Join(before, s.Below())
	return was
}

// generated is what generators did.
type generated struct {
	now, was gocmd.Step
	what     string   // ran: "go generate"
	dirs     []string // of which all files were there
}

// judge compares the files with those before, or leaves them.
func (g generated) judge(fix bool) (code int, err error) {
	made, err := changes(g.was.Source, g.now.Source)
	if err != nil {
		return 0, err
	}
	if fix {
		return g.leave(made)
	}
	var found []finding
	for _, f := range made {
		found = append(found, f.unlikeMade(g.dirs)...)
	}
	return g.report(found, fixing("generate"))
}

// report reports files by their names in the context.
func (g generated) report(found []finding, hint string) (code int, err error) {
	return report(g.was.In("."), g.what, found, hint)
}

// leave leaves the files that were made. One that was removed is not left out
// of the context by that, and so an error.
func (g generated) leave(made []version) (code int, err error) {
	var found []finding
	for _, f := range made {
		if f.after == nil {
			found = append(found, finding{f.name, 1, removed})
			continue
		}
		if err := write(g.now.Out, f.name, f.after); err != nil {
			return 0, err
		}
	}
	if len(found) > 0 {
		return g.report(found, "the build would go on with it")
	}
	fmt.Fprintf(g.now.Stderr, "generated files that were missing or different: %d\n", len(made))
	return 0, mtime.SetAll(g.now.Out, 0)
}

// directiveDirs returns the directories of files that have a line which
// `go generate` runs.
func directiveDirs(dir string) (all []string, err error) {
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !strings.HasSuffix(name, ".go") {
			return err
		}
		data, err := read(dir, name)
		if len(gofiles.Directives(data)) > 0 {
			all = append(all, path.Dir(name))
		}
		return err
	})
	return all, err
}

// isBelow reports whether a file is in one of some directories, or further down.
func isBelow(name string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return dir == "." || strings.HasPrefix(name, dir+"/") })
}

// nothing reports packages without generators: otherwise a misspelled package
// would pass.
func nothing(s gocmd.Step, v step.Generate) error {
	isFlag := func(arg string) bool { return strings.HasPrefix(arg, "-") }
	var patterns []string
	for _, pattern := range slices.DeleteFunc(slices.Clone(v.Args), isFlag) {
		patterns = append(patterns, gomod.Relative(".", path.Join(s.Below(), pattern)))
	}
	message := fmt.Sprintf("no package of %s has a //go:generate line", strings.Join(patterns, " "))
	_, err := report(s, "go generate", []finding{{message: message}}, "name others with the key `generate`")
	return err
}

// changes returns the files that differ between two directories, by name.
func changes(before, after string) (all []version, err error) {
	names, err := differing(before, after)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		f := version{name: name}
		if f.before, err = read(before, name); err != nil {
			return nil, err
		}
		if f.after, err = read(after, name); err != nil {
			return nil, err
		}
		if (f.before == nil) != (f.after == nil) || !bytes.Equal(f.before, f.after) {
			all = append(all, f)
		}
	}
	return all, nil
}

// differing returns the files that may differ: a file that nobody wrote to has
// the size and the time that it had.
func differing(before, after string) (names []string, err error) {
	old, err := stamps(before)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(os.DirFS(after), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		now, err := e.Info()
		if err != nil {
			return err
		}
		was, ok := old[name]
		delete(old, name)
		if !ok || was.Size() != now.Size() || !was.ModTime().Equal(now.ModTime()) {
			names = append(names, name)
		}
		return nil
	})
	for name := range old {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, err
}

// stamps returns the sizes and times of all files of a directory.
func stamps(dir string) (map[string]fs.FileInfo, error) {
	all := map[string]fs.FileInfo{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		all[name], err = e.Info()
		return err
	})
	return all, err
}

// unlikeMade returns the places where a file is not as generators make it that
// have their lines in some directories.
func (v version) unlikeMade(dirs []string) []finding {
	switch {
	case v.after == nil:
		return []finding{{v.name, 1, removed}}
	case v.before != nil:
		return v.hunks("not as the generators make it")
	case isBelow(v.name, dirs):
		return []finding{{v.name, 1, missing}}
	}
	return []finding{{v.name, 1, missing + "; if it is not, name it in `generate.files`, so that they find it"}}
}

// hunks returns the places where a file becomes another, each with a message and
// the lines that differ.
func (v version) hunks(message string) []finding {
	var found []finding
	line := -1 // of the file as it is, that the next line of the diff is about
	inside := false
	for text := range strings.Lines(string(diff.Diff(v.name, v.before, v.name, v.after))) {
		if m := hunkHead.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			inside = false
			continue
		}
		if line < 0 {
			continue // names of the two files
		}
		if changed := text[0] == '-' || text[0] == '+'; changed && !inside {
			found = append(found, finding{v.name, max(line, 1), message})
			inside = true
		} else if !changed {
			inside = false
		}
		if inside {
			last := &found[len(found)-1]
			last.message = extended(last.message, text)
		}
		if text[0] != '+' {
			line++
		}
	}
	return found
}

const (
	missing = "the file is missing, and the generators make it"
	removed = "the generators remove the file: remove it by hand"
)

var hunkHead = regexp.MustCompile(`^@@ -(\d+)`)

// mostLines is how many lines of a difference are shown.
const mostLines = 12

// extended adds a line to a message, indented, as that of one error.
func extended(message, line string) string {
	switch n := strings.Count(message, "\n"); {
	case n > mostLines:
		return message
	case n == mostLines:
		return message + "\n\t…"
	}
	return message + "\n\t" + strings.TrimRight(line, "\n")
}

// ran is the go command's line about a generator that failed.
var ran = regexp.MustCompile(`^\S[^:]*\.go:\d+: running "([^"]+)": (.*)$`)

// explained returns what `go generate` printed, with what a generator said below
// the line that it was run by.
func explained(output string) string {
	var b strings.Builder
	var said []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		m := ran.FindStringSubmatch(line)
		if m == nil {
			said = append(said, line)
			continue
		}
		b.WriteString(line + advice(m[1], m[2]+strings.Join(said, "\n")) + "\n")
		for _, s := range said {
			b.WriteString("\t" + s + "\n")
		}
		said = nil
	}
	for _, s := range said {
		b.WriteString(s + "\n")
	}
	return b.String()
}

// advice returns what to do about a generator that could not be run.
func advice(program, said string) string {
	const pin = "run `go get -tool` with its package, and write `//go:generate go tool` and its name"
	switch {
	case strings.Contains(said, "executable file not found"):
		return "; the toolchain has no program " + program + ": " + pin
	case strings.Contains(said, "no such tool"):
		return "; go.mod has no tool line for it: " + pin
	case strings.Contains(said, "module lookup disabled by GOPROXY=off"), strings.Contains(said, "no required module provides package"):
		return "; generators have no network, and go.mod says which version of them to use: " + pin
	case strings.Contains(said, "no such file or directory"):
		return "; a generator finds the directory of its line with all below it, and what `generate.files` names"
	}
	return ""
}
