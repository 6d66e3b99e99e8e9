package failure

import (
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step"
)

// Mod is where a go.mod says things. Its zero value says nothing.
type Mod struct {
	file     string
	path     string         // of the module
	lines    map[string]int // of require lines, by module path
	replaced map[string]int // of replace lines, by module path and by what replaces it
	module   int            // line of the module statement
	version  int            // line of the go statement
}

// ParseMod reads the lines of a go.mod, which is file in the context. One
// with errors gives what could be read.
func ParseMod(file string, data []byte) Mod {
	m := Mod{file: file, lines: map[string]int{}, replaced: map[string]int{}}
	f, err := gomod.ParseAny(file, data)
	if err != nil {
		return m
	}
	if f.Module != nil {
		m.path, m.module = f.Module.Mod.Path, f.Module.Syntax.Start.Line
	}
	if f.Go != nil {
		m.version = f.Go.Syntax.Start.Line
	}
	for _, r := range f.Require {
		m.lines[r.Mod.Path] = r.Syntax.Start.Line
	}
	for _, r := range f.Replace {
		m.replaced[r.Old.Path] = r.Syntax.Start.Line
		m.replaced[r.New.Path] = r.Syntax.Start.Line
	}
	return m
}

// moduleVersion is a module and its version, as errors name them.
var moduleVersion = regexp.MustCompile(`([^\s@"(]+)@(v[0-9]+)`)

// demanding is a replacement that wants another version of Go.
var demanding = regexp.MustCompile(`^module (\S+) requires go >= `)

// wholeFile begins a message about go.mod that names none of its lines.
var wholeFile = regexp.MustCompile(`^(updates to )?go\.mod `)

// locate adds the line of go.mod that a message is about: that of a
// module it names, else the version of Go, else go.mod as a whole.
func (m Mod) locate(message string) (step.Error, bool) {
	e := step.Error{File: m.file, Message: message}
	switch line := m.moduleLine(message); {
	case line > 0:
		e.Line = line
	case strings.HasPrefix(message, "go.mod requires go >= ") && m.version > 0:
		e.Line = m.version
	case wholeFile.MatchString(message) && m.module > 0:
		e.Line = m.module
	default:
		return step.Error{}, false
	}
	return e, true
}

// moduleLine returns the line of the first module in the message that go.mod
// knows, or 0. When the replacement is what fails, its line is meant.
func (m Mod) moduleLine(message string) int {
	if found := demanding.FindStringSubmatch(message); found != nil && m.replaced[found[1]] > 0 {
		return m.replaced[found[1]]
	}
	name, text, ok := strings.Cut(message, ": ")
	if ok && IsGit(text) {
		return m.provider(name)
	}
	replaced := strings.Contains(message, "replace")
	for _, found := range moduleVersion.FindAllStringSubmatch(message, -1) {
		if line := m.replaced[found[1]]; replaced && line > 0 {
			return line
		}
		// Git's messages leave the major version out of the path.
		if line := cmp.Or(m.lines[found[1]], m.lines[found[1]+"/"+found[2]]); line > 0 {
			return line
		}
	}
	if ok && !strings.Contains(name, " ") {
		return m.provider(name) // what names no module begins with a package
	}
	return 0
}

// provider returns the line of the module that has a package, or 0.
func (m Mod) provider(importPath string) int {
	for dir := importPath; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if line := m.lines[dir]; line > 0 {
			return line
		}
	}
	return 0
}
