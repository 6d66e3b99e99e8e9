// Package dockerfile reads what gohull has to know of the Dockerfile of a stage:
// which frontend reads it, which stages it has, and which images these use. It
// parses bytes and reads nothing; the frontend of the Dockerfile builds it.
package dockerfile

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// File is a Dockerfile.
type File struct {
	Name   string
	Text   []byte
	Syntax Ref // what the line `# syntax=` names; its zero value without one
	// Known reports whether Stages are known: a frontend of its own may read
	// another language, and only the frontend reports errors.
	Known  bool
	Stages []Stage

	args shell.EnvGetter // defaults of the build args before the first stage
	lex  *shell.Lex
}

// Stage is a stage of a Dockerfile.
type Stage struct {
	Name string // empty for one without a name
	At   diag.Range
	Uses []Ref // images and stages, as the Dockerfile names them

	Secrets []Secret
}

// Secret is a secret that a step mounts.
type Secret struct {
	ID       string
	Required bool
	At       diag.Range
}

// Ref is a reference and where the Dockerfile has it.
type Ref struct {
	Value string
	At    diag.Range
}

// Parse reads a Dockerfile.
func Parse(name string, text []byte) File {
	f := File{Name: name, Text: text}
	if ref, _, at, ok := parser.DetectSyntax(text); ok {
		f.Syntax = Ref{ref, f.at(at)}
	}
	if f.Syntax.Value != "" && !isDockerfile(f.Syntax.Value) {
		return f
	}
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return f
	}
	stages, args, err := instructions.Parse(tree.AST, nil)
	if err != nil || len(stages) == 0 {
		return f
	}
	f.Known = true
	f.lex, f.args = shell.NewLex(tree.EscapeToken), shell.EnvsFromSlice(defaults(args))
	for _, s := range stages {
		f.Stages = append(f.Stages, f.stage(s))
	}
	return f
}

// isDockerfile reports whether a frontend reads Dockerfiles.
func isDockerfile(ref string) bool {
	name, _, _ := strings.Cut(ref, "@")
	name = name[strings.LastIndex(name, "/")+1:]
	name, _, _ = strings.Cut(name, ":")
	return name == "dockerfile" || name == "dockerfile-upstream"
}

func defaults(args []instructions.ArgCommand) []string {
	var env []string
	for _, command := range args {
		for _, arg := range command.Args {
			if arg.Value != nil {
				env = append(env, arg.Key+"="+*arg.Value)
			}
		}
	}
	return env
}

func (f File) stage(s instructions.Stage) Stage {
	out := Stage{Name: s.Name, At: f.at(s.Location)}
	out.Uses = append(out.Uses, Ref{s.BaseName, out.At})
	for _, command := range s.Commands {
		switch c := command.(type) {
		case *instructions.CopyCommand:
			out.Uses = append(out.Uses, Ref{c.From, f.at(c.Location())})
		case *instructions.RunCommand:
			for _, m := range mounts(c) {
				out.Uses = append(out.Uses, Ref{m.From, f.at(c.Location())})
				if m.Type == instructions.MountTypeSecret && m.CacheID != "" {
					out.Secrets = append(out.Secrets, Secret{m.CacheID, m.Required, f.at(c.Location())})
				}
			}
		}
	}
	out.Uses = slices.DeleteFunc(out.Uses, func(r Ref) bool { return r.Value == "" })
	return out
}

// mounts returns the mounts of a command, which only an expansion reads whole. One
// with an error has none: the frontend reports it.
func mounts(c *instructions.RunCommand) []*instructions.Mount {
	if err := c.Expand(func(word string) (string, error) { return word, nil }); err != nil {
		return nil
	}
	return instructions.GetMounts(c)
}

func (f File) at(lines []parser.Range) diag.Range {
	if len(lines) == 0 {
		return diag.Range{File: f.Name}
	}
	r := diag.At(f.Name, lines[0].Start.Line, 1)
	r.End.Line = max(r.Start.Line, lines[len(lines)-1].End.Line)
	return r
}

// find returns the number of the stage with a name, or of this number. Names are
// the same in any case.
func (f File) find(name string) int {
	for i, s := range slices.Backward(f.Stages) {
		if s.Name != "" && strings.EqualFold(s.Name, name) {
			return i
		}
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(f.Stages) {
		return i
	}
	return -1
}

// Has reports whether there is a stage with a name, or of this number.
func (f File) Has(name string) bool { return f.find(name) >= 0 }

// Names returns the names of the stages.
func (f File) Names() []string {
	var names []string
	for _, s := range f.Stages {
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

// Images returns the images that a stage is made from, with the build args that
// it gets. The empty target is the last stage.
func (f File) Images(target string, args []string) []Ref {
	_, images := f.reached(target, args)
	return images
}

// Secrets returns the secrets that a stage, and those that it is made from, mount.
func (f File) Secrets(target string, args []string) []Secret {
	stages, _ := f.reached(target, args)
	var all []Secret
	for _, s := range stages {
		for _, secret := range s.Secrets {
			if !slices.ContainsFunc(all, func(o Secret) bool { return o.ID == secret.ID }) {
				all = append(all, secret)
			}
		}
	}
	return all
}

// reached returns the stages that a stage is made from, with itself, and the
// images that they are made from.
func (f File) reached(target string, args []string) (stages []Stage, images []Ref) {
	first := len(f.Stages) - 1
	if target != "" {
		first = f.find(target)
	}
	if first < 0 {
		return nil, nil
	}
	env := both{shell.EnvsFromSlice(args), f.args}
	todo, seen := []int{first}, map[int]bool{first: true}
	for len(todo) > 0 {
		s := f.Stages[todo[0]]
		stages, todo = append(stages, s), todo[1:]
		for _, use := range s.Uses {
			use.Value = f.expand(use.Value, env)
			i := f.find(use.Value)
			switch {
			case i < 0 && use.Value != "" && use.Value != "scratch" && !slices.Contains(images, use):
				images = append(images, use)
			case i >= 0 && !seen[i]:
				seen[i] = true
				todo = append(todo, i)
			}
		}
	}
	return stages, images
}

// expand replaces build args in a word.
func (f File) expand(word string, env shell.EnvGetter) string {
	text, _, err := f.lex.ProcessWord(word, env)
	if err != nil {
		return word
	}
	return text
}

// both are build args that are given, and defaults of others.
type both struct{ given, defaults shell.EnvGetter }

func (b both) Get(key string) (string, bool) {
	if v, ok := b.given.Get(key); ok {
		return v, true
	}
	return b.defaults.Get(key)
}

func (b both) Keys() []string { return append(b.given.Keys(), b.defaults.Keys()...) }
