// Package goflag reads flags as the go command does: the values of -ldflags,
// -gcflags and -asmflags, and GOFLAGS.
//
// Spaces separate words. A word that begins with a quote, ' or ", ends at the
// next quote of that kind and may contain spaces. There is no escape
// character, and a quote inside a word is a character like any other.
package goflag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/visible"
)

// Words are the words of a value, without their quotes.
type Words []string

const (
	spaces = " \t\n\r"
	quotes = `'"`
)

// Split reads words. It returns an error for a quote that is not closed.
func Split(text string) (Words, error) {
	var words Words
	for {
		text = strings.TrimLeft(text, spaces)
		if text == "" {
			return words, nil
		}
		word, rest, closed := cut(text)
		if !closed {
			return nil, fmt.Errorf("the quote %s before %q is not closed", text[:1], short(text[1:]))
		}
		words, text = append(words, word), rest
	}
}

// cut takes the first word off a text that begins with one.
func cut(text string) (word, rest string, closed bool) {
	if strings.Contains(quotes, text[:1]) {
		return strings.Cut(text[1:], text[:1])
	}
	if end := strings.IndexAny(text, spaces); end >= 0 {
		return text[:end], text[end:], true
	}
	return text, "", true
}

// short cuts a text for a message.
func short(text string) string { return visible.Short(text, 40) }

// Quote writes a word so that Split reads it as one. It reports false for a
// word that needs quotes and contains both kinds.
func Quote(word string) (string, bool) {
	plain := word != "" && !strings.ContainsAny(word, spaces) && !strings.Contains(quotes, word[:1])
	switch {
	case plain:
		return word, true
	case !strings.Contains(word, "'"):
		return "'" + word + "'", true
	case !strings.Contains(word, `"`):
		return `"` + word + `"`, true
	}
	return "", false
}

// Flags are the flags that a tool gets.
type Flags struct {
	Pattern string // the packages that they are for: "all", "./..."; empty for those that are named
	Words   Words
}

// Parse reads the value of -ldflags, -gcflags or -asmflags: words, which a
// pattern of packages and = may precede.
func Parse(text string) (Flags, *diag.Diagnostic) {
	var f Flags
	text = strings.Trim(text, spaces)
	if text != "" && text[0] != '-' {
		if strings.Contains(quotes, text[:1]) {
			return f, &diag.Diagnostic{Message: "the value begins with the quote " + text[:1] + ", wanted a flag or a pattern of packages"}
		}
		pattern, rest, found := strings.Cut(text, "=")
		if !found || pattern == "" {
			return f, &diag.Diagnostic{Message: fmt.Sprintf("%q is not a flag", short(strings.Fields(text)[0])), Hint: "a flag begins with -"}
		}
		f.Pattern, text = strings.Trim(pattern, spaces), rest
	}
	words, err := Split(text)
	if err != nil {
		return f, &diag.Diagnostic{Message: err.Error(), Hint: "spaces end a word, unless it begins and ends with the same quote, ' or \""}
	}
	f.Words = words
	return f, nil
}

// Equal reports whether the go command takes both for the same.
func (f Flags) Equal(o Flags) bool {
	return f.Pattern == o.Pattern && slices.Equal(f.Words, o.Words)
}

// String writes flags so that Parse reads them. A word must be one that Quote
// can write.
func (f Flags) String() string {
	var words []string
	for _, word := range f.Words {
		quoted, _ := Quote(word)
		words = append(words, quoted)
	}
	text := strings.Join(words, " ")
	if f.Pattern != "" {
		text = f.Pattern + "=" + text
	}
	return text
}
