package alpine

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// call reads a simple command.
func (w *walker) call(c *syntax.CallExpr, in place) {
	if len(c.Args) == 0 {
		w.assign(c.Assigns)
		return
	}
	w.substitutions(c)
	name, ok := w.text(c.Args[0])
	if !ok {
		w.fail(c, "it calls a command whose name depends on a variable")
		return
	}
	if body := w.functions[name]; body != nil {
		w.function(c, body, in)
		return
	}
	base := path.Base(name)
	if base == "exec" && len(c.Args) > 1 {
		w.call(&syntax.CallExpr{Args: c.Args[1:]}, in)
		return
	}
	if base == "exit" && !in.maybe && !in.reads {
		w.exited = true
	}
	switch {
	case needless[base]:
	case quiet[base]:
		w.checkQuiet(c, base)
	case doable[base]:
		w.do(c, base, in)
	default:
		w.fail(c, "it calls %s, which is not known", base)
	}
}

// function reads the body of a function of the script, where it is called.
func (w *walker) function(c *syntax.CallExpr, body *syntax.Stmt, in place) {
	if w.depth++; w.depth > 20 {
		w.fail(c, "a function calls itself")
		return
	}
	w.statement(body, place{maybe: in.maybe || len(c.Args) > 1, reads: in.reads})
	w.depth--
}

// checkQuiet refuses uses of quiet commands that change files.
func (w *walker) checkQuiet(c *syntax.CallExpr, name string) {
	for _, word := range c.Args[1:] {
		arg, _ := w.text(word)
		switch {
		case name == "sed" && (strings.HasPrefix(arg, "-i") || strings.HasPrefix(arg, "--in-place")),
			name == "find" && slices.Contains([]string{"-exec", "-execdir", "-delete", "-ok", "-okdir", "-fprint"}, arg),
			name == "env",
			name == "command" && !slices.Contains(w.texts(c.Args), "-v"):
			w.fail(c, "it calls %s %s, which is not known", name, arg)
		}
	}
	if name != "apk" || len(c.Args) < 2 {
		return
	}
	if arg, _ := w.text(c.Args[1]); arg != "version" && arg != "info" {
		w.fail(c, "it calls apk %s, which is not known", arg)
	}
}

// texts returns words as far as they are known.
func (w *walker) texts(all []*syntax.Word) (texts []string) {
	for _, word := range all {
		text, _ := w.text(word)
		texts = append(texts, text)
	}
	return texts
}

// do adds a call that is to be done.
func (w *walker) do(c *syntax.CallExpr, name string, in place) {
	it := call{line: int(c.Pos().Line()), name: name}
	unknown := false
	for _, word := range c.Args[1:] {
		arg, ok := w.text(word)
		unknown = unknown || !ok
		it.args = append(it.args, arg)
	}
	if name == "busybox" && len(it.args) > 0 && it.args[0] != "--install" {
		w.call(&syntax.CallExpr{Args: c.Args[1:]}, in) // busybox depmod …
		return
	}
	// Links and certificates are made from what is there: it does not matter how
	// often, nor under which condition.
	always := slices.Contains([]string{"busybox", "bbsuid", "busybox-extras", "update-ca-certificates"}, name)
	switch {
	case in.reads:
		w.fail(c, "it calls %s in a condition", name)
	case always:
	case unknown:
		w.fail(c, "it calls %s with an argument that is not known before it runs", name)
	case in.maybe:
		w.fail(c, "it calls %s in a branch or a loop", name)
	}
	w.calls = append(w.calls, it)
}
