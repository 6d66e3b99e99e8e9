package script

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

func (sh *shell) stmts(all []*syntax.Stmt) error {
	for _, s := range all {
		if err := sh.stmt(s); err != nil {
			return err
		}
	}
	return nil
}

func (sh *shell) stmt(s *syntax.Stmt) error {
	sh.line = s.Pos().Line()
	if *sh.left--; *sh.left < 0 {
		return sh.fail(sh.line, "it does not end")
	}
	if s.Background || s.Coprocess {
		return sh.fail(sh.line, "it starts something in the background")
	}
	if s.Negated {
		sh.tested++
	}
	err := sh.redirected(s)
	if s.Negated {
		sh.tested--
		if sh.status = 1 - min(sh.status, 1); err != nil {
			return err
		}
		return nil
	}
	if err != nil {
		return err
	}
	if _, simple := s.Cmd.(*syntax.BinaryCmd); !simple && sh.status != 0 && sh.errexit && sh.tested == 0 {
		switch s.Cmd.(type) {
		case *syntax.CallExpr, *syntax.Subshell:
			return sh.fail(s.Pos().Line(), fmt.Sprintf("it would fail with the status %d", sh.status))
		}
	}
	return nil
}

// redirected does a statement with its redirections. What goes to standard error
// is dropped.
func (sh *shell) redirected(s *syntax.Stmt) error {
	in, out := sh.in, sh.out
	defer func() { sh.in, sh.out = in, out }()
	var file string
	var appends bool
	for _, r := range s.Redirs {
		stderr := r.N != nil && r.N.Value != "1" && r.N.Value != "0"
		word, err := expand.Literal(sh.expansion(), r.Word)
		if err != nil {
			return sh.expandError(err)
		}
		switch r.Op {
		case syntax.RdrOut, syntax.RdrClob, syntax.AppOut:
			if stderr {
				continue
			}
			sh.out = nil
			if word != "/dev/null" && word != "/dev/stderr" {
				file, appends, sh.out = word, r.Op == syntax.AppOut, &bytes.Buffer{}
			}
		case syntax.DplOut:
			if !stderr && word == "2" {
				sh.out = nil
			}
		case syntax.RdrIn:
			data, err := sh.read(word)
			if err != nil {
				sh.status = 1
				return nil
			}
			sh.in = bytes.NewReader(data)
		case syntax.Hdoc, syntax.DashHdoc:
			text, err := expand.Document(sh.expansion(), r.Hdoc)
			if err != nil {
				return sh.expandError(err)
			}
			sh.in = strings.NewReader(text)
		default:
			return sh.fail(r.Pos().Line(), "gohull does not know the redirection "+r.Op.String())
		}
	}
	err := sh.command(s.Cmd)
	if file != "" && err == nil {
		err = sh.write(file, sh.out.Bytes(), appends)
	}
	return err
}

func (sh *shell) expandError(err error) error {
	var known *Error
	var stop *leaver
	if errors.As(err, &known) || errors.As(err, &stop) {
		return err
	}
	return sh.fail(sh.line, err.Error())
}

func (sh *shell) command(c syntax.Command) error {
	switch c := c.(type) {
	case nil:
		sh.status = 0
		return nil
	case *syntax.CallExpr:
		return sh.call(c)
	case *syntax.Block:
		return sh.stmts(c.Stmts)
	case *syntax.Subshell:
		sub := sh.fork()
		err := leave(sub, sub.stmts(c.Stmts))
		sh.status = sub.status
		return err
	case *syntax.IfClause:
		return sh.ifClause(c)
	case *syntax.CaseClause:
		return sh.caseClause(c)
	case *syntax.BinaryCmd:
		return sh.binary(c)
	case *syntax.FuncDecl:
		sh.functions[c.Name.Value] = c.Body
		sh.status = 0
		return nil
	case *syntax.ForClause:
		return sh.forClause(c)
	case *syntax.WhileClause:
		return sh.whileClause(c)
	}
	return sh.fail(c.Pos().Line(), fmt.Sprintf("gohull does not know %T", c))
}

// condition does statements whose status is asked for.
func (sh *shell) condition(all []*syntax.Stmt) (bool, error) {
	sh.tested++
	defer func() { sh.tested-- }()
	err := sh.stmts(all)
	return sh.status == 0, err
}

func (sh *shell) ifClause(c *syntax.IfClause) error {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 {
			return sh.stmts(c.Then)
		}
		yes, err := sh.condition(c.Cond)
		if err != nil {
			return err
		}
		if yes {
			return sh.stmts(c.Then)
		}
	}
	sh.status = 0
	return nil
}

func (sh *shell) caseClause(c *syntax.CaseClause) error {
	word, err := expand.Literal(sh.expansion(), c.Word)
	if err != nil {
		return sh.expandError(err)
	}
	for _, item := range c.Items {
		for _, p := range item.Patterns {
			pattern, err := expand.Pattern(sh.expansion(), p)
			if err != nil {
				return sh.expandError(err)
			}
			if matches(pattern, word) {
				sh.status = 0
				return sh.stmts(item.Stmts)
			}
		}
	}
	sh.status = 0
	return nil
}

func (sh *shell) binary(c *syntax.BinaryCmd) error {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		yes, err := sh.condition([]*syntax.Stmt{c.X})
		if err != nil {
			return err
		}
		if yes == (c.Op == syntax.AndStmt) {
			return sh.stmt(c.Y)
		}
		return nil
	case syntax.Pipe:
		left := sh.fork()
		left.out = &bytes.Buffer{}
		left.tested++
		if err := leave(left, left.stmt(c.X)); err != nil {
			return err
		}
		right := sh.fork()
		right.in = bytes.NewReader(left.out.Bytes())
		err := leave(right, right.stmt(c.Y))
		sh.status = right.status
		return err
	}
	return sh.fail(c.Pos().Line(), "gohull does not know the operator "+c.Op.String())
}

// ended reports whether a loop ends with an error of its body.
func ended(err error) (bool, error) {
	var stop *leaver
	if errors.As(err, &stop) && (stop.kind == "break" || stop.kind == "continue") {
		return stop.kind == "break", nil
	}
	return err != nil, err
}

func (sh *shell) forClause(c *syntax.ForClause) error {
	loop, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		return sh.fail(c.Pos().Line(), "gohull does not know this loop")
	}
	words, err := expand.Fields(sh.expansion(), loop.Items...)
	if err != nil {
		return sh.expandError(err)
	}
	if !loop.InPos.IsValid() {
		words = sh.args
	}
	sh.status = 0
	for _, word := range words {
		sh.vars[loop.Name.Value] = word
		if end, err := ended(sh.stmts(c.Do)); end {
			return err
		}
	}
	return nil
}

func (sh *shell) whileClause(c *syntax.WhileClause) error {
	for {
		yes, err := sh.condition(c.Cond)
		if err != nil {
			return err
		}
		if yes == c.Until {
			sh.status = 0
			return nil
		}
		if end, err := ended(sh.stmts(c.Do)); end {
			return err
		}
	}
}
