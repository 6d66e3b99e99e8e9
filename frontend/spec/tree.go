package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/gohull/gohull/frontend/diag"
)

const (
	maxDepth   = 32      // levels of nesting; a valid spec has five
	maxAliased = 100_000 // bytes that aliases may stand for
)

// document gives the file's only document, nil when it has none or is not
// YAML.
func (p *parser) document(data []byte) *yaml.Node {
	limits := loaderlimits.New(loaderlimits.DepthFunc(shallow))
	loader, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithPlugin(limits))
	if err != nil {
		p.syntax(err)
		return nil
	}
	first := p.load(loader)
	if first == nil {
		return nil
	}
	if second := p.load(loader); second != nil {
		start := p.file.offset(second.Line, second.Column)
		p.add(diag.Diagnostic{
			At:      p.file.span(start, p.file.wordEnd(start)),
			Message: "a second document begins here, wanted one",
			Hint:    "remove the line and what follows it",
		})
	}
	return content(first)
}

func shallow(depth int, _ *yaml.DepthContext) error {
	if depth > maxDepth {
		return fmt.Errorf("more than %d levels of nesting", maxDepth)
	}
	return nil
}

// load gives the next document, or nil.
func (p *parser) load(loader *yaml.Loader) *yaml.Node {
	var doc yaml.Node
	switch err := loader.Load(&doc); {
	case err == io.EOF:
		return nil
	case err != nil:
		p.syntax(err)
		return nil
	}
	return &doc
}

// content is the top value of a document, nil when nothing is written there.
func content(doc *yaml.Node) *yaml.Node {
	if len(doc.Content) == 0 || empty(doc.Content[0]) {
		return nil
	}
	return doc.Content[0]
}

func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.ShortTag() == "!!null"
}

// syntax reports an error of the YAML library at its place.
func (p *parser) syntax(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		p.unreadable(0, "not YAML: "+cut(err.Error()), "")
		return
	}
	offset := p.file.offset(load.Mark.Line, load.Mark.Column)
	if tab := p.tab(offset); tab >= 0 {
		p.unreadable(tab, "a tab indents this line, wanted spaces", "put two spaces in its place")
		return
	}
	d := diag.Diagnostic{
		At:      p.file.span(offset, offset),
		Message: "not YAML: " + cut(load.Message),
		Hint:    syntaxHint(load.Message),
	}
	if load.ContextMsg != "" && load.ContextMark != load.Mark && load.ContextMark.Line > 0 {
		began := p.file.offset(load.ContextMark.Line, load.ContextMark.Column)
		d.Message += fmt.Sprintf(" %s that begins on line %d", load.ContextMsg, load.ContextMark.Line)
		d.Related = []diag.Range{p.file.span(began, began)}
	}
	p.add(d)
}

// tab is the offset of a tab in the indentation of a line, or -1.
func (p *parser) tab(offset int) int {
	start := p.file.lines[p.file.pos(offset).Line-1]
	for i := start; p.file.rune(i) == ' ' || p.file.rune(i) == '\t'; i++ {
		if p.file.text[i] == '\t' {
			return i
		}
	}
	return -1
}

// syntaxHint says what to do about the errors that people meet most.
func syntaxHint(message string) string {
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return `indent keys of one block alike, and quote a value that holds ": "`
	case strings.Contains(message, "cannot start any token"):
		return "put the value in quotes"
	case strings.Contains(message, "unknown anchor"):
		return "write the value, or name an anchor that stands above"
	case strings.Contains(message, "incompatible YAML document"):
		return "remove the %YAML line"
	}
	return ""
}

// plain turns the tree into one of mappings, lists and scalars alone: each
// alias becomes the value it stands for, at the alias's own place. It reports
// whether the tree can be read, which it cannot when aliases run in a circle
// or stand for too much.
func (p *parser) plain(root *yaml.Node) bool {
	t := aliases{p: p, size: map[*yaml.Node]int{}}
	t.resolve(root)
	return !t.endless
}

type aliases struct {
	p       *parser
	size    map[*yaml.Node]int // of each value with an anchor, what its aliases stand for included
	total   int                // of what all aliases stood for so far
	endless bool
}

// resolve works on what lies below n and gives its size, a byte for each node
// and those of its text.
func (t *aliases) resolve(n *yaml.Node) int {
	t.tag(n)
	size := 1 + len(n.Value)
	for i, child := range n.Content {
		if child.Kind == yaml.AliasNode {
			child = t.target(child)
			n.Content[i] = child
			size += t.size[child]
			continue
		}
		size += t.resolve(child)
	}
	if n.Anchor != "" {
		t.size[n] = size
	}
	return size
}

// target is a copy of the value an alias stands for. Anchors stand above
// their aliases, so a value that has no size yet is one the alias is part of.
func (t *aliases) target(alias *yaml.Node) *yaml.Node {
	size, complete := t.size[alias.Alias]
	t.total += size
	switch {
	case !complete:
		t.stop(alias, "the alias "+quote("*"+alias.Value)+" is part of the value it stands for")
	case t.total > maxAliased:
		t.stop(alias, fmt.Sprintf("aliases stand for more than %d bytes", maxAliased))
	}
	target := *alias.Alias
	target.Line, target.Column = alias.Line, alias.Column
	t.size[&target] = size
	return &target
}

func (t *aliases) stop(alias *yaml.Node, message string) {
	if t.endless {
		return
	}
	t.endless = true
	t.p.add(diag.Diagnostic{At: t.p.file.at(alias), Message: message, Hint: "write the value itself"})
}

// tag refuses tags: each would make a value of another type than it looks.
func (t *aliases) tag(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		return
	}
	t.p.add(diag.Diagnostic{
		At:      t.p.file.at(n),
		Message: "the tag " + quote(n.Tag) + " is not supported",
		Hint:    "remove it, and write the value as text",
	})
}
