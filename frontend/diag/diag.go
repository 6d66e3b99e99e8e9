// Package diag has positions in the files that a user wrote, and diagnostics that
// point at them.
//
// A diagnostic prints on one line, as the go command prints its own:
//
//	file:line:col: what was found, what was wanted; what to do next
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file. Lines and columns count from 1; columns count
// characters, not bytes. If Line is zero, only the file is known. If Col is zero,
// only the file and line are.
type Pos struct {
	Line int `json:"line,omitempty"`
	Col  int `json:"col,omitempty"`
}

// Range is a stretch of one file, both ends inclusive. The zero value points
// nowhere.
type Range struct {
	File  string `json:"file,omitempty"` // as the user named it: "gohull.yaml"
	Start Pos    `json:"start"`
	End   Pos    `json:"end"`
}

// At returns the range of a single place.
func At(file string, line, col int) Range {
	p := Pos{Line: line, Col: col}
	return Range{File: file, Start: p, End: p}
}

// IsZero reports whether the range points nowhere.
func (r Range) IsZero() bool { return r == Range{} }

// String returns "file:line:col", without the parts that are not known.
func (r Range) String() string {
	switch {
	case r.Start.Line == 0:
		return r.File
	case r.Start.Col == 0:
		return fmt.Sprintf("%s:%d", r.File, r.Start.Line)
	}
	return fmt.Sprintf("%s:%d:%d", r.File, r.Start.Line, r.Start.Col)
}

// Diagnostic is one thing that is wrong, and where.
type Diagnostic struct {
	At      Range   `json:"at"`
	Message string  `json:"message"`           // what was found and what was wanted
	Hint    string  `json:"hint,omitempty"`    // what to do next
	Related []Range `json:"related,omitempty"` // other places the message speaks of
	// Missing are the files that the message is about, if the build context
	// does not have them: names, or patterns of path.Match. A caller that can
	// read the client's files replaces the hint if they exist and are hidden.
	Missing []string `json:"-"`
}

// String returns the diagnostic on one line.
func (d Diagnostic) String() string {
	text := d.Message
	if !d.At.IsZero() {
		text = d.At.String() + ": " + text
	}
	if d.Hint != "" {
		text += "; " + d.Hint
	}
	return text
}

// Text returns the diagnostic without its place.
func (d Diagnostic) Text() string {
	d.At = Range{}
	return d.String()
}

// List collects diagnostics. Its zero value is empty and ready for use.
type List struct {
	all []Diagnostic
}

// Add appends diagnostics.
func (l *List) Add(ds ...Diagnostic) { l.all = append(l.all, ds...) }

// Errorf appends a diagnostic with a formatted message.
func (l *List) Errorf(at Range, format string, args ...any) {
	l.Add(Diagnostic{At: at, Message: fmt.Sprintf(format, args...)})
}

// Len returns the number of diagnostics that were added.
func (l *List) Len() int { return len(l.all) }

// Sorted returns the diagnostics by file, line, column and text, without
// repeats.
func (l *List) Sorted() []Diagnostic {
	out := slices.Clone(l.all)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.At.File, b.At.File),
			cmp.Compare(a.At.Start.Line, b.At.Start.Line),
			cmp.Compare(a.At.Start.Col, b.At.Start.Col),
			cmp.Compare(a.String(), b.String()),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.At == b.At && a.String() == b.String()
	})
}

// Err returns the list as an Errors, or nil if it is empty.
func (l *List) Err() error {
	if len(l.all) == 0 {
		return nil
	}
	return Errors(l.Sorted())
}

// Errors is a sorted, non-empty list of diagnostics as one error.
type Errors []Diagnostic

// Ranges returns the places of all diagnostics, and those related to them.
func (e Errors) Ranges() []Range {
	var all []Range
	for _, d := range e {
		all = append(all, d.At)
		all = append(all, d.Related...)
	}
	return all
}

// Error returns a line for each diagnostic; several begin with their number.
func (e Errors) Error() string {
	var lines []string
	if len(e) > 1 {
		lines = append(lines, fmt.Sprintf("%d errors:", len(e)))
	}
	for _, d := range e {
		lines = append(lines, d.String())
	}
	return strings.Join(lines, "\n")
}
