// Package ignore reads ignore files, .dockerignore or <spec>.dockerignore, and
// finds the line that hides a file. It parses bytes and reads nothing.
//
//	# a comment
//	node_modules       hides a file or a directory with all that is below
//	**/*.tmp           ** stands for any number of directories
//	!keep.tmp          includes again what a line above hides
//
// The last line that matches a file or a directory above it decides.
package ignore

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// File is what an ignore file says. Its zero value hides nothing.
type File struct {
	Name  string // "cmd/Dockerfile.dockerignore"
	lines []Line
}

// Line is a pattern and its place. One of gohull's own has no place.
type Line struct {
	Pattern string // cleaned: "vendor", or "!vendor/keep"
	At      diag.Range
	match   *patternmatcher.PatternMatcher // of the pattern without its "!"
}

func (l Line) includes() bool { return strings.HasPrefix(l.Pattern, "!") }

// Always returns patterns that come before those of any ignore file.
func Always(patterns ...string) File {
	var f File
	for _, pattern := range patterns {
		f.lines = append(f.lines, mustLine(pattern))
	}
	return f
}

func mustLine(pattern string) Line {
	l, err := newLine(pattern, diag.Range{})
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return l
}

// With adds the lines of an ignore file. The error is a diag.Errors with every
// line that is not a pattern.
func (f File) With(name string, data []byte) (File, error) {
	var errs diag.List
	with := File{Name: name, lines: slices.Clone(f.lines)}
	number := 0
	for text := range bytes.Lines(data) {
		number++
		at := placeOf(name, number, text)
		pattern, err := read(text, number == 1)
		if err != nil {
			errs.Errorf(at, "a line of %d bytes: BuildKit cannot read it: %v", len(text), err)
			continue
		}
		if pattern == "" {
			continue
		}
		l, err := newLine(pattern, at)
		if err != nil {
			errs.Add(malformed(at, pattern, err))
		}
		with.lines = append(with.lines, l)
	}
	return with, errs.Err()
}

func malformed(at diag.Range, pattern string, err error) diag.Diagnostic {
	return diag.Diagnostic{
		At:      at,
		Message: fmt.Sprintf("%q is not a pattern of an ignore file: %v", visible.Cut(pattern, 100), err),
		Hint:    "see https://docs.docker.com/build/concepts/context/#dockerignore-files",
	}
}

// read reads one line as BuildKit does. For a comment and an empty line it
// returns "".
func read(text []byte, isFirst bool) (string, error) {
	if !isFirst {
		text = slices.Concat([]byte("\n"), text) // BuildKit drops a byte order mark of the first line alone
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil || len(patterns) == 0 {
		return "", err
	}
	return patterns[0], nil
}

// newLine compiles the pattern, so that matching cannot fail later.
func newLine(pattern string, at diag.Range) (Line, error) {
	l := Line{Pattern: pattern, At: at}
	if _, err := patternmatcher.New([]string{pattern}); err != nil {
		return l, err
	}
	match, err := patternmatcher.New([]string{strings.TrimPrefix(pattern, "!")})
	if err != nil {
		return l, err
	}
	l.match = match
	_, err = match.MatchesOrParentMatches("a")
	return l, err
}

func placeOf(name string, number int, text []byte) diag.Range {
	line := strings.TrimRight(strings.TrimPrefix(string(text), "\ufeff"), " \t\r\n")
	start := len(line) - len(strings.TrimLeft(line, " \t"))
	r := diag.At(name, number, 1+start)
	r.End = diag.Pos{Line: number, Col: max(1+start, len([]rune(line)))}
	return r
}

// Patterns returns all patterns in BuildKit's form.
func (f File) Patterns() []string {
	var all []string
	for _, l := range f.lines {
		all = append(all, l.Pattern)
	}
	return all
}

// Hides returns the line that hides a file or directory of the context, and
// reports whether there is one.
func (f File) Hides(name string) (Line, bool) {
	for _, l := range slices.Backward(f.lines) {
		if ok, err := l.match.MatchesOrParentMatches(name); ok && err == nil {
			return l, !l.includes()
		}
	}
	return Line{}, false
}
