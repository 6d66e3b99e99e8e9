// Package script does what the maintainer scripts of Debian packages do, without
// running them. It reads a script as a shell would, and does the commands that
// it knows on the files of an image. Everything else is an error, so that no
// package is configured by half.
package script

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// Script is a maintainer script and what it is called with.
type Script struct {
	Name      string   // "postinst"
	Package   string   // "openssh-client"
	Text      string   //
	Args      []string // "configure"
	Templates string   // questions of debconf, whose defaults are the answers
}

// Error is what is not known at a line of a script.
type Error struct {
	Script string
	Line   int
	Text   string
}

func (e *Error) Error() string { return fmt.Sprintf("%s, line %d: %s", e.Script, e.Line, e.Text) }

// Do does what a script does to the files of an image.
func Do(s Script, layer *packages.Layer) error {
	first, _, _ := strings.Cut(s.Text, "\n")
	if !isShell(first) {
		return &Error{s.Name, 1, fmt.Sprintf("it is no shell script: %q", first)}
	}
	f, err := parse(s.Text, s.Name)
	if err != nil {
		return &Error{s.Name, 1, err.Error()}
	}
	sh := &shell{script: s, layer: layer, vars: map[string]string{"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DPKG_MAINTSCRIPT_PACKAGE": s.Package, "DPKG_MAINTSCRIPT_NAME": s.Name, "DEBIAN_FRONTEND": "noninteractive"}, functions: map[string]*syntax.Stmt{}, args: s.Args, cwd: "/", left: new(int)}
	*sh.left = most
	sh.errexit = strings.HasSuffix(strings.TrimSpace(first), " -e")
	err = sh.stmts(f.Stmts)
	var stop *leaver
	if errors.As(err, &stop) {
		sh.status, err = stop.status, nil
	}
	if err == nil && sh.status != 0 {
		err = sh.fail(sh.line, fmt.Sprintf("it would fail with the status %d", sh.status))
	}
	return err
}

func parse(text, name string) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), name)
}

func isShell(first string) bool {
	words := strings.Fields(strings.TrimPrefix(first, "#!"))
	return strings.HasPrefix(first, "#!") && len(words) > 0 && slices.Contains([]string{"/bin/sh", "/usr/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/bash"}, words[0])
}

// most is how many commands one script may have, loops included.
const most = 100_000

// longest is the length of the longest variable.
const longest = 1 << 20

// deepest is how many functions may call each other.
const deepest = 100

// leaver leaves a loop, a function, or the script.
type leaver struct {
	kind   string // "exit", "return", "break", "continue"
	status int
}

func (c *leaver) Error() string { return c.kind }

// shell is the state of a script.
type shell struct {
	script    Script
	layer     *packages.Layer
	vars      map[string]string
	functions map[string]*syntax.Stmt
	args      []string
	cwd       string
	status    int
	errexit   bool
	tested    int // depth of conditions, in which failing ends nothing
	in        io.Reader
	out       *bytes.Buffer // nil discards
	line      uint
	left      *int
	depth     int
}

func (sh *shell) fail(line uint, text string) error {
	return &Error{sh.script.Name, int(line), text}
}

// Get and Each make the variables those of package expand.
func (sh *shell) Get(name string) expand.Variable {
	str := func(s string) expand.Variable { return expand.Variable{Set: true, Kind: expand.String, Str: s} }
	switch name {
	case "@", "*":
		return expand.Variable{Set: true, Kind: expand.Indexed, List: sh.args}
	case "#":
		return str(fmt.Sprint(len(sh.args)))
	case "?":
		return str(fmt.Sprint(sh.status))
	case "$":
		return str("1")
	case "0":
		return str("/var/lib/dpkg/info/" + sh.script.Package + "." + sh.script.Name)
	}
	if len(name) == 1 && '1' <= name[0] && name[0] <= '9' {
		if i := int(name[0] - '1'); i < len(sh.args) {
			return str(sh.args[i])
		}
		return expand.Variable{}
	}
	if v, found := sh.vars[name]; found {
		return str(v)
	}
	return expand.Variable{}
}

func (sh *shell) Each(each func(string, expand.Variable) bool) {
	for _, name := range slices.Sorted(maps.Keys(sh.vars)) {
		if !each(name, sh.Get(name)) {
			return
		}
	}
}

// Set is called by ${NAME:=word}.
func (sh *shell) Set(name string, v expand.Variable) error {
	sh.vars[name] = v.Str
	return nil
}

func (sh *shell) expansion() *expand.Config {
	return &expand.Config{Env: sh, ReadDir2: sh.readDir, CmdSubst: func(w io.Writer, c *syntax.CmdSubst) error {
		sub := sh.fork()
		sub.out = &bytes.Buffer{}
		err := leave(sub, sub.stmts(c.Stmts))
		sh.status = sub.status
		if err == nil {
			_, err = w.Write(sub.out.Bytes())
		}
		return err
	}}
}

// leave ends a subshell.
func leave(sub *shell, err error) error {
	var stop *leaver
	if errors.As(err, &stop) {
		sub.status = stop.status
		return nil
	}
	return err
}

// fork returns a subshell, whose variables are its own.
func (sh *shell) fork() *shell {
	sub := *sh
	sub.vars, sub.functions = maps.Clone(sh.vars), maps.Clone(sh.functions)
	return &sub
}

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

// call does a simple command.
func (sh *shell) call(c *syntax.CallExpr) error {
	sh.line = c.Pos().Line()
	words, err := expand.Fields(sh.expansion(), c.Args...)
	if err != nil {
		return sh.expandError(err)
	}
	if len(words) == 0 {
		sh.status = 0
	}
	saved := map[string]string{}
	for _, a := range c.Assigns {
		value := ""
		if a.Value != nil {
			sh.status = 0
			if value, err = expand.Literal(sh.expansion(), a.Value); err != nil {
				return sh.expandError(err)
			}
		}
		if len(value) > longest {
			return sh.fail(sh.line, "a variable grows without end")
		}
		if old, found := sh.vars[a.Name.Value]; found {
			saved[a.Name.Value] = old
		}
		sh.vars[a.Name.Value] = value
	}
	if len(words) == 0 {
		return nil
	}
	err = sh.run(words)
	for _, a := range c.Assigns {
		delete(sh.vars, a.Name.Value)
	}
	maps.Copy(sh.vars, saved)
	return err
}

// run does a command: one of the script, or one that is known.
func (sh *shell) run(words []string) error {
	if sh.depth++; sh.depth > deepest {
		return sh.fail(sh.line, "it calls itself without end")
	}
	defer func() { sh.depth-- }()
	name, args := words[0], words[1:]
	if body := sh.functions[name]; body != nil {
		old := sh.args
		sh.args = args
		err := sh.stmt(body)
		sh.args = old
		var stop *leaver
		if errors.As(err, &stop) && stop.kind == "return" {
			sh.status = stop.status
			return nil
		}
		return err
	}
	if slices.Contains([]string{"exit", "return", "break", "continue"}, name) {
		args = words
	}
	known := commands[name]
	if known == nil {
		known = commands[name[strings.LastIndexByte(name, '/')+1:]]
	}
	if known == nil && strings.HasPrefix(name, "/") {
		if text, err := sh.read(name); err == nil && isShell(firstLine(text)) {
			return sh.program(name, string(text), args)
		}
	}
	if known == nil {
		return sh.fail(sh.line, fmt.Sprintf("gohull does not know what %s does", clip(strings.Join(words, " "))))
	}
	status, err := known(sh, args)
	sh.status = status
	return err
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// program does a shell script of the image.
func (sh *shell) program(name, text string, args []string) error {
	f, err := parse(text, name)
	if err != nil {
		return sh.fail(sh.line, err.Error())
	}
	line, sub := sh.line, sh.fork()
	sub.args, sub.tested = args, 0
	sub.errexit = strings.HasSuffix(strings.TrimSpace(firstLine([]byte(text))), " -e")
	err = leave(sub, sub.stmts(f.Stmts))
	sh.status = sub.status
	var known *Error
	if errors.As(err, &known) {
		return sh.fail(line, fmt.Sprintf("%s, line %d: %s", name, known.Line, known.Text))
	}
	return err
}

// clip returns the beginning of a text, for a message.
func clip(s string) string {
	const most = 100
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
