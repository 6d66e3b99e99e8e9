package spec

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gohull/gohull/frontend/diag"
)

// maxSize is the size of the largest file that is read, in bytes.
const maxSize = 1 << 20

// readable reports whether a person could review the text: it is UTF-8, and has
// no characters that hide or reorder others.
func (p *parser) readable(data []byte) bool {
	if len(data) > maxSize {
		p.unreadable(0, fmt.Sprintf("a file of %d bytes, wanted at most %d (1 MiB)", len(data), maxSize), "is this the spec?")
		return false
	}
	if at := invalidByte(data); at >= 0 {
		start := utf8.RuneCount([]byte(strings.TrimPrefix(string(data[:at]), "\ufeff")))
		p.unreadable(start, fmt.Sprintf("byte %#x is not UTF-8", data[at]), "save the file as UTF-8 text")
		return false
	}
	for i, r := range p.file.text {
		if hidden(r) && r != '\n' && r != '\t' && (r != '\r' || p.file.rune(i+1) != '\n') {
			p.unreadable(i, "control character "+escaped(r), "remove it")
		}
	}
	return p.found.Len() == 0
}

func (p *parser) unreadable(offset int, message, hint string) {
	p.add(diag.Diagnostic{At: p.file.span(offset, offset), Message: message, Hint: hint})
}

// invalidByte returns the index of the first byte that is not UTF-8, or -1.
func invalidByte(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// hidden reports whether a character is invisible and changes how the text
// around it looks or is read: control characters, line separators that only
// some programs know, and changes of the writing direction.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff':
		return true
	}
	return '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

// instruction matches a line of a Dockerfile that cannot begin a mapping.
var instruction = regexp.MustCompile(`(?i)^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t]+[^: \t]`)

// isDockerfile reports whether this is a Dockerfile with gohull's syntax line.
func (p *parser) isDockerfile() bool {
	for line := range p.file.lines {
		text := p.file.line(line + 1)
		if trimmed := strings.TrimSpace(text); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		if m := instruction.FindStringSubmatch(text); m != nil {
			start := p.file.lines[line]
			p.add(diag.Diagnostic{
				At:      p.file.span(start, start+len(m[1])-1),
				Message: fmt.Sprintf("this is a Dockerfile, not a gohull spec: it begins with %s", m[1]),
				Hint:    "remove all lines below # syntax=; an empty spec builds the only main package",
			})
			return true
		}
		return false
	}
	return false
}
