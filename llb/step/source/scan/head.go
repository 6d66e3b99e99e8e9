package scan

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"strconv"
)

// Most clauses and imports end within headSize. A file with more before them
// is read whole, up to fileLimit.
const (
	headSize  = 4 << 10
	fileLimit = 8 << 20
)

// head is the beginning of a Go file: all that decides whether it is part of
// its package.
type head struct {
	file    string // relative to the context
	data    []byte // up to the end of the package clause, or as far as it could be read
	clause  clause
	imports []imported
	cgo     bool  // it imports "C"
	err     error // why the clause cannot be read
}

// clause is a package clause and its place.
type clause struct {
	file string
	line int
	text string // the package's name
}

func readHead(fsys fs.FS, file string) head {
	data, whole, err := readStart(fsys, file)
	if err != nil {
		return head{file: file, err: unreadable(file, err)}
	}
	fset, f, err := parse(file, data)
	if !whole && (err != nil || endsEarly(fset, f, data)) {
		if data, err = readAll(fsys, file); err != nil {
			return head{file: file, err: unreadable(file, err)}
		}
		fset, f, err = parse(file, data)
	}
	return newHead(file, data, fset, f, err)
}

// newHead keeps a file whose imports are broken: its package is known, and
// the compiler says the rest better.
func newHead(file string, data []byte, fset *token.FileSet, f *ast.File, err error) head {
	h := head{file: file, data: data, err: err}
	if f == nil || f.Name == nil || !isIdentifier(f.Name.Name) {
		if err == nil {
			h.err = fmt.Errorf("%s: the package clause has no usable name", file)
		}
		return h
	}
	h.err = nil
	h.clause = clause{file: file, line: fset.PositionFor(f.Package, false).Line, text: f.Name.Name}
	h.data = data[:offset(fset, f.Name.End())]
	for _, i := range f.Imports {
		at := fset.PositionFor(i.Pos(), false)
		name, _ := strconv.Unquote(i.Path.Value) // the parser has checked it
		h.imports = append(h.imports, imported{path: name, line: at.Line, col: at.Column})
	}
	h.cgo = h.importOf("C").line > 0
	return h
}

func isIdentifier(name string) bool { return token.IsIdentifier(name) && name != "_" }

func unreadable(file string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("%s: cannot be read: %w", file, err)
}

// readStart reads whole lines from the start of a file, and reports whether
// that was all of it.
func readStart(fsys fs.FS, file string) (data []byte, whole bool, err error) {
	f, err := open(fsys, file)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	data = make([]byte, headSize)
	n, err := io.ReadFull(f, data)
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return data[:n], true, nil
	case err != nil:
		return nil, false, err
	}
	// A name cut in two would be read as a shorter name.
	return data[:bytes.LastIndexByte(data, '\n')+1], false, nil
}

func readAll(fsys fs.FS, file string) ([]byte, error) {
	f, err := open(fsys, file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, fileLimit))
}

// open refuses what is not a file: a pipe would block, a directory behind a
// symbolic link is no Go file.
func open(fsys fs.FS, file string) (fs.File, error) {
	info, err := fs.Stat(fsys, file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	return fsys.Open(file)
}

// parse returns the clause and the imports. Errors name the first problem only.
func parse(file string, data []byte) (*token.FileSet, *ast.File, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, data, parser.ImportsOnly|parser.SkipObjectResolution)
	var list scanner.ErrorList
	if errors.As(err, &list) {
		err = fmt.Errorf("%s:%d:%d: %s", file, list[0].Pos.Line, list[0].Pos.Column, list[0].Msg)
	}
	return fset, f, err
}

// endsEarly reports whether nothing follows the last import, so that another
// may follow in the part that was not read.
func endsEarly(fset *token.FileSet, f *ast.File, data []byte) bool {
	end := f.Name.End()
	if n := len(f.Decls); n > 0 {
		end = f.Decls[n-1].End()
	}
	rest := data[offset(fset, end):]
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(rest)), rest, func(token.Position, string) {}, 0)
	for {
		switch _, tok, _ := s.Scan(); tok {
		case token.SEMICOLON:
		case token.EOF:
			return true
		default:
			return false
		}
	}
}

func offset(fset *token.FileSet, p token.Pos) int { return fset.PositionFor(p, false).Offset }
