package spec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"go.yaml.in/yaml/v4"
)

// syntax reports an error of the YAML library at its place.
func (p *parser) syntax(err error) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		p.unreadable(0, "not YAML: "+cut(err.Error()), "")
		return
	}
	offset := p.file.offset(load.Mark.Line, load.Mark.Column)
	if tab := p.tab(offset); tab >= 0 {
		p.unreadable(tab, "a tab indents this line, wanted spaces", "write two spaces instead")
		return
	}
	d := diag.Diagnostic{
		At:      p.file.span(offset, offset),
		Message: "not YAML: " + cut(load.Message),
		Hint:    p.syntaxHint(load.Message, offset),
	}
	if load.ContextMsg != "" && load.ContextMark != load.Mark && load.ContextMark.Line > 0 {
		began := p.file.offset(load.ContextMark.Line, load.ContextMark.Column)
		d.Message += fmt.Sprintf(" %s that begins on line %d", load.ContextMsg, load.ContextMark.Line)
		d.Related = []diag.Range{p.file.span(began, began)}
	}
	p.add(d)
}

// tab returns the offset of a tab in the indentation of a line, or -1.
func (p *parser) tab(offset int) int {
	start := p.file.lines[p.file.pos(offset).Line-1]
	for i := start; p.file.rune(i) == ' ' || p.file.rune(i) == '\t'; i++ {
		if p.file.text[i] == '\t' {
			return i
		}
	}
	return -1
}

// line returns the line that an offset is in.
func (p *parser) line(offset int) string {
	rest := string(p.file.text[p.file.lines[p.file.pos(offset).Line-1]:])
	text, _, _ := strings.Cut(rest, "\n")
	return text
}

// syntaxHint is the hint for frequent errors.
func (p *parser) syntaxHint(message string, offset int) string {
	switch {
	case strings.Contains(p.line(offset), "{{"):
		return "put a value with {{ in quotes"
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
