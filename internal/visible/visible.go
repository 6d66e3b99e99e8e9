// Package visible makes foreign text safe to print. File names, messages of
// compilers, output of tests and answers of registries may hold characters
// that a terminal takes for commands, or that show a reader another text than
// there is. They become escapes as Go writes them: \x1b, \u202e.
//
// All that gohull prints goes through this package: the log of a step through
// a Writer, and what the frontend sends where it leaves the frontend.
package visible

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Text returns s with escapes. Newlines and tabs stay, and the end of a line
// on Windows becomes a newline.
func Text(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
		case r == '\n' || r == '\t' || shows(r, size):
			b.WriteString(s[i : i+size])
		default:
			escape(&b, r, s[i:i+size])
		}
		i += size
	}
	return b.String()
}

// Line is Text for what has to stay on one line.
func Line(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(Text(s))
}

// Is reports whether s shows as what it is.
func Is(s string) bool { return Text(s) == strings.ReplaceAll(s, "\r\n", "\n") }

// Cut shortens a text to a number of bytes, at the end of a character.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Short shortens a text to a number of characters, for a message of one line.
func Short(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return strings.ToValidUTF8(s[:i], "") + "…"
		}
		n++
	}
	return s
}

// Bytes is Text for a file.
func Bytes(data []byte) []byte {
	if isPlain(string(data)) {
		return data
	}
	return []byte(Text(string(data)))
}

// JSON returns a document that means the same, and has escapes for what would
// not show. Data is valid JSON.
func JSON(data []byte) []byte {
	var b strings.Builder
	for _, r := range string(data) {
		switch {
		case r == '\n' || shows(r, utf8.RuneLen(r)):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return []byte(b.String())
}

// isPlain reports whether s has printable ASCII, newlines and tabs alone, as
// nearly all text has.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// shows reports whether a reader sees a character as what it is. Joiners are
// part of words and of emoji.
func shows(r rune, size int) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	switch {
	case r == utf8.RuneError && size == 1:
		return false
	case r == nonJoiner || r == joiner:
		return true
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs)
}

// escape writes a character as an escape, or a byte that is none.
func escape(b *strings.Builder, r rune, text string) {
	switch {
	case len(text) == 1:
		fmt.Fprintf(b, `\x%02x`, text[0])
	case r > 0xffff:
		fmt.Fprintf(b, `\U%08x`, r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

// Writer passes text on with escapes. It may be used by several goroutines.
type Writer struct {
	to   io.Writer
	mu   sync.Mutex
	part []byte // the beginning of a character, or a carriage return
}

// NewWriter returns a Writer that writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{to: w} }

func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.part, p...)
	end := len(text) - unfinished(text)
	w.part = append([]byte(nil), text[end:]...)
	if _, err := w.to.Write(Bytes(text[:end])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush passes on what the last write left unfinished.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.to.Write(Bytes(w.part))
	w.part = nil
	return err
}

// unfinished returns how many bytes at the end of text may belong to what
// follows.
func unfinished(text []byte) int {
	for n := 1; n <= min(len(text), utf8.UTFMax-1); n++ {
		c := text[len(text)-n]
		if n == 1 && c == '\r' {
			return 1
		}
		if utf8.RuneStart(c) {
			if utf8.FullRune(text[len(text)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}
