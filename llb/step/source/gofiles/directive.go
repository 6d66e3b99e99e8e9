package gofiles

import (
	"slices"
	"strconv"
	"strings"
)

// Directive is a `//go:generate` line: a command that `go generate` runs in
// the directory of its file.
type Directive struct {
	Line  int
	Words []string // "go", "tool", "stringer", …; variables are left as written
}

// Directives reads those of a Go file, by the rules of `go help generate`.
// Lines that cannot be read are left to the go command, which says why.
func Directives(src []byte) []Directive {
	var all []Directive
	shorthands := map[string][]string{}
	line := 0
	for text := range strings.Lines(string(src)) {
		line++
		words := directiveWords(text)
		switch {
		case len(words) == 0:
		case words[0] == "-command":
			if len(words) > 2 {
				shorthands[words[1]] = words[2:]
			}
		default:
			if long, ok := shorthands[words[0]]; ok {
				words = slices.Concat(long, words[1:])
			}
			all = append(all, Directive{Line: line, Words: words})
		}
	}
	return all
}

// directiveWords returns the words of a line, none when it is no directive. Some
// are quoted as in Go.
func directiveWords(line string) []string {
	rest, ok := strings.CutPrefix(line, "//go:generate")
	if !ok || !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\t") {
		return nil
	}
	var words []string
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		if rest[0] != '"' {
			end := len(rest)
			if i := strings.IndexAny(rest, " \t"); i >= 0 {
				end = i
			}
			words, rest = append(words, rest[:end]), rest[end:]
			continue
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil
		}
		words, rest = append(words, word), rest[len(quoted):]
	}
	return words
}

// Tool returns the name that `go tool` is given; false when the line runs another
// command.
func (d Directive) Tool() (string, bool) { return d.argument("tool") }

// Run returns the package, or the file, that `go run` is given; false when the
// line runs another command.
func (d Directive) Run() (string, bool) { return d.argument("run") }

// argument returns the first word after a command of the go command that is no
// flag.
func (d Directive) argument(command string) (string, bool) {
	if len(d.Words) < 2 || d.Words[0] != "go" || d.Words[1] != command {
		return "", false
	}
	for _, word := range d.Words[2:] {
		if !strings.HasPrefix(word, "-") {
			return word, true
		}
	}
	return "", false
}
