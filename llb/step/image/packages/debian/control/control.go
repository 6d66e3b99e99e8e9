// Package control reads the files in which Debian's tools keep what they know:
// paragraphs of fields, as in Release, Packages, and /var/lib/dpkg/status.
package control

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Paragraph is the text of one paragraph: lines like "Name: value". A line that
// begins with a space continues the one before it.
type Paragraph string

// Get returns the value of a field, empty if it is missing. Names are compared
// without case. Lines of a longer value are separated by newlines, without the
// space before each.
func (p Paragraph) Get(name string) string {
	value, _ := p.Lookup(name)
	return value
}

// Lookup returns the value of a field, and whether there is such a field.
func (p Paragraph) Lookup(name string) (value string, found bool) {
	var more []string
	for line := range strings.Lines(string(p)) {
		line = strings.TrimRight(line, "\r\n")
		if found {
			if !continues(line) {
				break
			}
			more = append(more, strings.TrimSpace(line))
			continue
		}
		if v, ok := field(line, name); ok {
			value, found = strings.TrimSpace(v), true
		}
	}
	if len(more) > 0 {
		value += "\n" + strings.Join(more, "\n")
	}
	return value, found
}

// Names returns the names of the fields, in the order of the text.
func (p Paragraph) Names() (names []string) {
	for line := range strings.Lines(string(p)) {
		if name, _, found := strings.Cut(line, ":"); found && !continues(line) {
			names = append(names, name)
		}
	}
	return names
}

// field returns what follows "name:" in a line.
func field(line, name string) (string, bool) {
	if len(line) <= len(name) || line[len(name)] != ':' || !strings.EqualFold(line[:len(name)], name) {
		return "", false
	}
	return line[len(name)+1:], true
}

func continues(line string) bool {
	return line != "" && (line[0] == ' ' || line[0] == '\t')
}

// longest is the length of the longest line. Those of Debian have at most 30 kB.
const longest = 1 << 20

// Reader reads paragraphs one after the other.
type Reader struct {
	in   *bufio.Reader
	keep map[string]bool
	text []byte
	line int
}

// NewReader returns a reader of paragraphs. It keeps the fields of these names;
// nil keeps all. Lines that begin with # are comments.
func NewReader(in io.Reader, keep map[string]bool) *Reader {
	return &Reader{in: bufio.NewReaderSize(in, longest), keep: keep}
}

// Next returns the next paragraph. The last one is followed by io.EOF.
func (r *Reader) Next() (Paragraph, error) {
	r.text = r.text[:0]
	some, kept := false, false
	for {
		line, err := r.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return "", fmt.Errorf("line %d: it is longer than %d bytes", r.line+1, longest)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		ended := err != nil
		r.line++
		switch {
		case blank(line):
			if some || ended {
				return r.paragraph(some)
			}
			continue
		case line[0] == '#':
		case line[0] == ' ' || line[0] == '\t':
			if !some {
				return "", fmt.Errorf("line %d: it continues a field, and there is none before it", r.line)
			}
		default:
			if kept, err = r.begins(line); err != nil {
				return "", err
			}
			some = true
		}
		if kept && line[0] != '#' {
			r.text = append(r.text, line...)
		}
		if ended {
			return r.paragraph(some)
		}
	}
}

// paragraph returns what was read, or the end of the file.
func (r *Reader) paragraph(some bool) (Paragraph, error) {
	if !some {
		return "", io.EOF
	}
	return Paragraph(r.text), nil
}

// begins reports whether a field is kept that begins at a line.
func (r *Reader) begins(line []byte) (bool, error) {
	for i, c := range line {
		if c == ':' && i > 0 {
			return r.keep == nil || r.keep[string(line[:i])], nil
		}
		if c <= ' ' || c > '~' {
			break
		}
	}
	return false, fmt.Errorf("line %d: want a field such as \"Package: name\", got %q", r.line, clip(line))
}

// clip returns the beginning of a line, for a message.
func clip(line []byte) string {
	const most = 60
	return strings.TrimSpace(string(line[:min(len(line), most)]))
}

// blank reports whether a line ends a paragraph.
func blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

// Parse reads all paragraphs of a file.
func Parse(name string, data []byte) (all []Paragraph, err error) {
	r := NewReader(strings.NewReader(string(data)), nil)
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, p)
	}
}
