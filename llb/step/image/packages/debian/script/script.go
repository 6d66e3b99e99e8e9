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
