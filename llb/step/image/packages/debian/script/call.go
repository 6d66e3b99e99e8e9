package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

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
