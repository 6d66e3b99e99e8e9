// Package gomod has the rules by which the go command finds modules and the
// packages in them: what replaces a module, which directory an import path
// means, what vendor/modules.txt has to say, and where modules are fetched
// from. It gives the answers of the go command for text, and reads nothing by
// itself. Paths are slash-separated and relative to one directory that has all of
// them, the build context.
//
// The tests compare it with the go command on generated projects.
package gomod

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// KnownGo is the newest language version of Go whose directives Parse knows.
const KnownGo = "1.26"

// Directive is a directive of go.mod or go.work that Parse does not know.
type Directive struct {
	Name string // as it is written: "feature"
	Line int
	Col  int // in characters
}

// Parse reads a go.mod of the project as the go command does, except that it
// passes over directives that only a newer Go can know, and returns them.
func Parse(name string, data []byte) (*modfile.File, []Directive, error) {
	return parse(name, data, nil)
}

func parse(name string, data []byte, fix modfile.VersionFixer) (*modfile.File, []Directive, error) {
	return lenient(name, data, func(data []byte) (*modfile.File, error) {
		return modfile.Parse(name, data, fix)
	})
}

// ParseWork reads a go.work as Parse reads a go.mod.
func ParseWork(name string, data []byte) (*modfile.WorkFile, []Directive, error) {
	return lenient(name, data, func(data []byte) (*modfile.WorkFile, error) {
		return modfile.ParseWork(name, data, nil)
	})
}

// ParseAny reads as much of a go.mod as possible. The go command does not mind
// errors in directives that count in main modules only, if the module is
// another. Versions stay as they are written: only the go command can turn a
// branch into a version.
func ParseAny(name string, data []byte) (*modfile.File, error) {
	if f, _, err := parse(name, data, asWritten); err == nil {
		return f, nil
	}
	return modfile.ParseLax(name, data, asWritten)
}

func asWritten(_, version string) (string, error) { return version, nil }

// lenient parses a file, without its unknown directives if it has any. All
// that is left keeps its place.
func lenient[F any](name string, data []byte, parse func([]byte) (*F, error)) (*F, []Directive, error) {
	f, err := parse(data)
	unknown := unknownDirectives(err)
	if len(unknown) == 0 {
		return f, nil, err
	}
	lax, laxErr := modfile.ParseLax(name, data, asWritten)
	if laxErr != nil {
		return nil, unknown, known(err)
	}
	f, err = parse(blank(data, lax.Syntax, unknown))
	return f, unknown, err
}

// unknownDirectives are those that an error of modfile is about.
func unknownDirectives(err error) []Directive {
	var list modfile.ErrorList
	errors.As(err, &list)
	var unknown []Directive
	for _, e := range list {
		if verb, ok := unknownVerb(e); ok {
			unknown = append(unknown, Directive{verb, e.Pos.Line, e.Pos.LineRune})
		}
	}
	return unknown
}

func unknownVerb(e modfile.Error) (string, bool) {
	text := e.Err.Error()
	if verb, ok := strings.CutPrefix(text, "unknown directive: "); ok {
		return verb, true
	}
	return strings.CutPrefix(text, "unknown block type: ")
}

// known leaves what is wrong with other directives.
func known(err error) error {
	var list modfile.ErrorList
	errors.As(err, &list)
	return slices.DeleteFunc(list, func(e modfile.Error) bool {
		_, isUnknown := unknownVerb(e)
		return isUnknown
	})
}

// blank overwrites directives with spaces.
func blank(data []byte, syntax *modfile.FileSyntax, unknown []Directive) []byte {
	data = slices.Clone(data)
	isUnknown := map[int]bool{} // by line
	for _, d := range unknown {
		isUnknown[d.Line] = true
	}
	for _, stmt := range syntax.Stmt {
		start, end := stmt.Span()
		if !isUnknown[start.Line] {
			continue
		}
		for i := start.Byte; i < min(end.Byte, len(data)); i++ {
			if data[i] != '\n' {
				data[i] = ' '
			}
		}
	}
	return data
}
