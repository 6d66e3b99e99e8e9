package spec

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// flags are arguments of a tool on one line, as for the go command. A list of
// them, as in ko and GoReleaser, is joined with spaces.
var flags = kind[String]{want: aString, shape: either(textShape, listShape(textShape)), read: func(v value) String {
	line := text(aString, anything)
	if v.node.Kind != yaml.SequenceNode {
		return line.read(v)
	}
	return String{Value: strings.Join(texts(items(v, line, nil)), " "), At: v.at()}
}}

func texts(list []String) []string {
	var all []string
	for _, s := range list {
		all = append(all, s.Value)
	}
	return all
}

// argv is a command line as a list of arguments. A single string is one
// argument, and is not split.
var argv = kind[[]String]{want: "a list of arguments", shape: either(literalShape, listShape(literalShape)), read: func(v value) []String {
	if v.node.Kind == yaml.SequenceNode {
		return items(v, argument, nil)
	}
	s, ok := v.text("a list of arguments", true)
	if !ok || !v.visible(s, false) {
		return nil
	}
	if list := strings.Fields(s.Value); len(list) > 1 {
		v.wrong(listHint(list), "%s is one argument, no shell splits it", quote(s.Value))
	}
	return []String{s}
}}

// commands is a list of command lines. A program without arguments may be a
// single word.
var commands = kind[[]Command]{
	want:  "a list of commands",
	shape: setShape(argv.shape),
	read: func(v value) []Command {
		if v.node.Kind != yaml.SequenceNode {
			v.mismatch("a list of commands, such as [[staticcheck, ./...]]")
			return nil
		}
		var all []Command
		for _, node := range v.node.Content {
			if c := v.item(node).command(); len(c.Args) > 0 {
				all = append(all, c)
			}
		}
		return all
	},
}

// command reads an item of commands.
func (v value) command() Command {
	if v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
		v.wrong("remove it, or write a program and its arguments", "an empty list")
		return Command{}
	}
	c := Command{Args: argv.read(v), At: v.at()}
	for _, a := range c.Args {
		if a.Value == ";" {
			v.report(a.At, "write another item for another command", "%s is one argument, no shell splits it", quote(a.Value))
			return Command{}
		}
	}
	return c
}

// toolexec is a tool of go.mod and its arguments.
var toolexec = kind[[]String]{
	want:  argv.want,
	shape: argv.shape,
	read: func(v value) []String {
		if v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
			v.wrong("remove the key, or write a tool of go.mod and its arguments", "an empty list")
			return nil
		}
		args := argv.read(v)
		if len(args) == 0 {
			return nil
		}
		switch tool := args[0]; {
		case tool.Value == "go":
			v.report(tool.At, "write the name of the tool first, as in [instrument, -v]", "wanted a tool of go.mod, found the go command")
		case strings.HasPrefix(tool.Value, "/") || strings.HasPrefix(tool.Value, "."):
			v.report(tool.At, "add it to go.mod with `go get -tool` and its import path, and write its name here", "wanted a tool of go.mod, found the path %s", quote(tool.Value))
		default:
			return args
		}
		return nil
	},
}

// entrypoint is a command line, or a word instead of one. To start a program
// of that name, a user writes a list.
var entrypoint = kind[Entrypoint]{
	want:  "a list of arguments, none, or base",
	shape: argv.shape,
	read: func(v value) Entrypoint {
		if v.node.Kind == yaml.ScalarNode && (v.node.Value == "none" || v.node.Value == "base") {
			return Entrypoint{Word: String{Value: v.node.Value, At: v.at()}}
		}
		if v.node.Kind == yaml.SequenceNode && len(v.node.Content) == 0 {
			v.wrong("write entrypoint: none for an image without one", "an empty list")
			return Entrypoint{}
		}
		return Entrypoint{Args: argv.read(v)}
	},
}

var argument = kind[String]{want: "an argument", shape: literalShape, read: func(v value) String {
	s, ok := v.text("an argument", true)
	if ok {
		v.visible(s, false)
	}
	return s
}}

// listHint shows how to write a command line as a list. That is impossible if
// it needs a shell.
func listHint(list []string) string {
	if slices.ContainsFunc(list, IsShell) {
		return "write a list with a program and its arguments; if it needs a shell, have it run by one that the base has: [/bin/sh, -c, …]"
	}
	return "write " + flow(list)
}

// shellWord matches an operator or a variable, which only a shell understands.
var shellWord = regexp.MustCompile(`^(&&?|\|\|?|;;?|[0-9]?>>?.*|[0-9]?<<?.*)$|^([^$]*=)?\$(\{[A-Za-z_]\w*\}|[A-Za-z_]\w*|\(.*\))$|.;$`)

// IsShell reports whether only a shell understands an argument: "&&", "2>&1",
// "$HOME".
func IsShell(word string) bool { return shellWord.MatchString(word) }

// flow writes a short list as YAML.
func flow(list []string) string {
	if len(list) > 6 {
		return "a list"
	}
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, quote(s))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// healthCommand is the command of a health check. In a Dockerfile it begins
// with CMD or CMD-SHELL, which would be programs here.
var healthCommand = kind[[]String]{want: argv.want, shape: argv.shape, read: func(v value) []String {
	first := v.node
	if len(first.Content) > 0 {
		first = first.Content[0]
	}
	word, _, _ := strings.Cut(first.Value, " ")
	switch word {
	case "CMD-SHELL":
		v.wrong("write the program and its arguments as a list", "CMD-SHELL needs a shell, wanted a program")
		return nil
	case "CMD", "NONE":
		v.wrong("remove it; for no health check at all write healthcheck: none", "wanted a program, found %s", word)
		return nil
	}
	return argv.read(v)
}}
