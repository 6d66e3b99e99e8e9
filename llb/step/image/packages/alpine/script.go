package alpine

import (
	"fmt"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A script is never run. It is read: each command that it may call is one that
// changes no file, one that does not matter in an image, or one that we can do
// ourselves. Everything else is an error.

// call is a command that is done instead of run.
type call struct {
	line int
	name string // without its directory
	args []string
}

func words(s string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(s) {
		all[word] = true
	}
	return all
}

var (
	// quiet commands change no file. sed and find are among them without the flags
	// that do.
	quiet = words(`: [ apk awk basename break cat cd cmp command continue cut date diff dirname echo ebegin eend eerror einfo
		ewarn exit export false find getent grep egrep fgrep head hostname id local ls pgrep pidof printf ps pwd read
		readlink realpath return sed set shift sleep sort stat tail test tr true type ulimit umask uname uniq unset wc which`)

	// needless commands act on a running system, or make caches that programs can
	// do without.
	needless = words(`depmod fc-cache gtk-update-icon-cache gtk4-update-icon-cache install-info kill killall ldconfig mandb
		mkfontdir mkfontscale pkill rc-service rc-update service sync udevadm update-desktop-database`)

	// doable commands are done by us.
	doable = words("add-shell addgroup adduser bbsuid busybox busybox-extras ln mkdir update-ca-certificates")

	shells = words("sh ash bash dash busybox")
)

// scriptError is an error at a line of a script.
type scriptError struct {
	line int
	text string
}

func (e *scriptError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }

// parseScript returns the calls of a script, in order, that are to be done.
func parseScript(text string) ([]call, error) {
	first, _, _ := strings.Cut(text, "\n")
	if shebang, ok := strings.CutPrefix(first, "#!"); ok {
		if fields := strings.Fields(shebang); len(fields) == 0 || !shells[path.Base(fields[0])] {
			return nil, &scriptError{1, fmt.Sprintf("it is for %q, want a script for /bin/sh", shebang)}
		}
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	w := &walker{variables: map[string]string{}, functions: map[string]*syntax.Stmt{}}
	w.statements(f.Stmts, place{})
	return w.calls, w.err
}

// walker reads a script. It keeps the first error.
type walker struct {
	calls     []call
	variables map[string]string // with a known value
	functions map[string]*syntax.Stmt
	depth     int
	exited    bool // after an exit that is always reached
	err       error
}

// place says where a statement is.
type place struct {
	maybe bool // in a branch that may not be taken, or taken several times
	reads bool // a condition, or what $(…) is replaced with
}

func (w *walker) fail(n syntax.Node, format string, args ...any) {
	if w.err == nil {
		w.err = &scriptError{int(n.Pos().Line()), fmt.Sprintf(format, args...)}
	}
}

func (w *walker) statements(all []*syntax.Stmt, in place) {
	for _, s := range all {
		if w.err != nil || w.exited {
			return
		}
		w.statement(s, in)
	}
}

func (w *walker) statement(s *syntax.Stmt, in place) {
	for _, r := range s.Redirs {
		w.redirection(r)
	}
	if s.Background || s.Coprocess {
		w.fail(s, "a command in the background")
	}
	switch c := s.Cmd.(type) {
	case nil:
	case *syntax.CallExpr:
		w.call(c, in)
	case *syntax.BinaryCmd:
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			in.reads = true
		}
		w.statement(c.X, in)
		w.exited = false // depends on the other side
		w.statement(c.Y, in)
		w.exited = false
	case *syntax.IfClause:
		w.branches(c, in)
	case *syntax.Block:
		w.statements(c.Stmts, in)
	case *syntax.Subshell:
		w.statements(c.Stmts, in)
		w.exited = false
	case *syntax.FuncDecl:
		w.functions[c.Name.Value] = c.Body
	case *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		w.substitutions(c)
	case *syntax.DeclClause:
		w.assign(c.Args)
	default:
		w.loop(s.Cmd, in)
	}
}

// redirection allows those that change no file.
func (w *walker) redirection(r *syntax.Redirect) {
	switch r.Op {
	case syntax.DplOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc, syntax.RdrIn:
		return
	}
	if target, ok := w.text(r.Word); ok && (target == "/dev/null" || target == "/dev/stderr" || target == "/dev/stdout") {
		return
	}
	w.fail(r, "it writes to a file with %s", r.Op)
}

// branches reads both branches of an if. A command of a branch is done, as if the
// branch was taken, only if there is no other branch.
func (w *walker) branches(c *syntax.IfClause, in place) {
	cond := in
	cond.reads = true
	w.statements(c.Cond, cond)
	in.maybe = in.maybe || c.Else != nil
	w.exited = false
	w.statements(c.Then, in)
	for e := c.Else; e != nil; e = e.Else {
		w.exited = false
		w.statements(e.Cond, cond)
		w.exited = false
		w.statements(e.Then, in)
	}
	w.exited = false
}

// loop reads what loops and case contain.
func (w *walker) loop(c syntax.Command, in place) {
	in.maybe = true
	var all []*syntax.Stmt
	switch c := c.(type) {
	case *syntax.ForClause:
		if items, ok := c.Loop.(*syntax.WordIter); ok {
			delete(w.variables, items.Name.Value)
		}
		w.substitutions(c.Loop)
		all = c.Do
	case *syntax.WhileClause:
		w.statements(c.Cond, place{maybe: true, reads: true})
		w.exited = false
		all = c.Do
	case *syntax.CaseClause:
		for _, item := range c.Items {
			w.exited = false
			w.statements(item.Stmts, in)
		}
	default:
		w.fail(c, "the script has something that is not understood")
	}
	w.exited = false
	w.statements(all, in)
	w.exited = false
}

// assign remembers variables with a known value.
func (w *walker) assign(all []*syntax.Assign) {
	for _, a := range all {
		if a.Name == nil {
			continue
		}
		w.substitutions(a)
		delete(w.variables, a.Name.Value)
		if a.Value == nil && !a.Naked && !a.Append {
			w.variables[a.Name.Value] = ""
		} else if value, ok := w.text(a.Value); ok && !a.Append {
			w.variables[a.Name.Value] = value
		}
	}
}

// substitutions reads the commands in $(…) and backquotes.
func (w *walker) substitutions(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			w.statements(n.Stmts, place{maybe: true, reads: true})
			w.exited = false
			return false
		case *syntax.ProcSubst:
			w.fail(n, "the script has something that is not understood")
		}
		return true
	})
}

// text returns a word with its variables replaced; false if that is not possible.
func (w *walker) text(word *syntax.Word) (string, bool) {
	if word == nil {
		return "", false
	}
	return w.parts(word.Parts, false)
}

func (w *walker) parts(parts []syntax.WordPart, quoted bool) (string, bool) {
	var b strings.Builder
	for _, part := range parts {
		var s string
		ok := true
		switch p := part.(type) {
		case *syntax.Lit:
			s, ok = p.Value, quoted || p.Value == "[" || !strings.ContainsAny(p.Value, "*?[~")
			s = strings.ReplaceAll(s, "\\", "")
		case *syntax.SglQuoted:
			s, ok = p.Value, !p.Dollar
		case *syntax.DblQuoted:
			s, ok = w.parts(p.Parts, true)
		case *syntax.ParamExp:
			if p.Param != nil {
				s, ok = w.variables[p.Param.Value]
			}
			ok = ok && p.Param != nil && !p.Excl && !p.Length && p.Index == nil && p.Slice == nil && p.Repl == nil && p.Exp == nil && (quoted || !strings.ContainsAny(s, " \t\n*?["))
		default:
			ok = false
		}
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}
