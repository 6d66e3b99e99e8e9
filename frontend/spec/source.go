package spec

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/gohull/gohull/frontend/diag"
)

// source is the text of a spec. Offsets count characters, so that a place is
// found without scanning a line.
type source struct {
	name  string
	text  []rune
	lines []int // offset of each line's first character
}

func newSource(name string, data []byte) *source {
	if len(data) > maxSize {
		data = nil
	}
	text := []rune(strings.TrimPrefix(string(data), "\ufeff"))
	lines := []int{0}
	for i, r := range text {
		if r == '\n' {
			lines = append(lines, i+1)
		}
	}
	return &source{name: name, text: text, lines: lines}
}

// offset converts a line and column to an offset. The YAML library places what
// is missing behind the end of a line or of the text.
func (s *source) offset(line, col int) int {
	if line > len(s.lines) {
		return len(s.text)
	}
	line = max(line, 1)
	end := len(s.text)
	if line < len(s.lines) {
		end = s.lines[line] - 1
	}
	return min(s.lines[line-1]+max(col, 1)-1, end)
}

func (s *source) pos(offset int) diag.Pos {
	line, exact := slices.BinarySearch(s.lines, offset)
	if !exact {
		line--
	}
	return diag.Pos{Line: line + 1, Col: offset - s.lines[line] + 1}
}

// span returns the range between two offsets, both inclusive.
func (s *source) span(start, end int) diag.Range {
	return diag.Range{File: s.name, Start: s.pos(start), End: s.pos(max(start, end))}
}

// at returns the range of a node. The library only reports where a node begins.
func (s *source) at(n *yaml.Node) diag.Range {
	return s.span(s.offset(n.Line, n.Column), s.end(n))
}

// end returns the offset of a node's last character.
func (s *source) end(n *yaml.Node) int {
	start := s.properties(s.offset(n.Line, n.Column))
	switch first := s.rune(start); {
	case first == '*':
		return s.wordEnd(start)
	case n.Style&yaml.FlowStyle != 0:
		return s.bracketEnd(start, n)
	case len(n.Content) > 0:
		return s.end(n.Content[len(n.Content)-1])
	case first == '"' || first == '\'':
		return s.quoteEnd(start)
	case (first == '|' || first == '>') && strings.TrimSpace(n.Value) != "":
		return s.blockEnd(start)
	}
	return s.plainEnd(start, n.Value)
}

// bracketEnd returns the end of a list or mapping in brackets.
func (s *source) bracketEnd(start int, n *yaml.Node) int {
	end := start
	if len(n.Content) > 0 {
		end = s.end(n.Content[len(n.Content)-1])
	}
	for i := end + 1; i < len(s.text); i++ {
		switch r := s.text[i]; {
		case r == ']' || r == '}':
			return i
		case r != ',' && !unicode.IsSpace(r):
			return end // a comment, which may have brackets
		}
	}
	return end
}

// rune returns the character at an offset; 0 behind the end.
func (s *source) rune(offset int) rune {
	if offset >= len(s.text) {
		return 0
	}
	return s.text[offset]
}

// properties skips a value's anchor and tag.
func (s *source) properties(i int) int {
	for s.rune(i) == '&' || s.rune(i) == '!' {
		i = s.wordEnd(i) + 1
		for i < len(s.text) && unicode.IsSpace(s.text[i]) {
			i++
		}
	}
	return i
}

func (s *source) wordEnd(i int) int {
	for i+1 < len(s.text) && !unicode.IsSpace(s.text[i+1]) && !strings.ContainsRune(",[]{}", s.text[i+1]) {
		i++
	}
	return i
}

func (s *source) quoteEnd(start int) int {
	quote := s.text[start]
	for i := start + 1; i < len(s.text); i++ {
		switch {
		case quote == '"' && s.text[i] == '\\':
			i++
		case s.text[i] == quote && quote == '\'' && s.rune(i+1) == quote:
			i++
		case s.text[i] == quote:
			return i
		}
	}
	return start
}

// blockEnd returns the end of a | or > text: the last line that is indented at
// least as much as its first.
func (s *source) blockEnd(start int) int {
	first := s.pos(start).Line
	end, depth := start, 0
	for line := first + 1; line <= len(s.lines); line++ {
		text := strings.TrimRight(s.line(line), " \t\r")
		if text == "" {
			continue
		}
		indent := len(text) - len(strings.TrimLeft(text, " "))
		if depth == 0 {
			depth = indent
		}
		if indent < depth || depth == 0 {
			break
		}
		end = s.lines[line-1] + utf8.RuneCountInString(text) - 1
	}
	return end
}

// line returns the text of a line without its end.
func (s *source) line(line int) string {
	return string(s.text[s.lines[line-1]:s.offset(line, len(s.text)+1)])
}

// plainEnd finds the end of a value without quotes in the text. Only white
// space may differ, because lines were folded into one.
func (s *source) plainEnd(i int, value string) int {
	end := i
	for _, want := range value {
		if unicode.IsSpace(want) {
			continue
		}
		for i < len(s.text) && unicode.IsSpace(s.text[i]) {
			i++
		}
		if s.rune(i) != want {
			return end
		}
		end = i
		i++
	}
	return end
}
