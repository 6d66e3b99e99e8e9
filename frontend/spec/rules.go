package spec

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// rule returns what is wrong with a text; nil if it is valid.
type rule func(string) *objection

type objection struct {
	found string // and what was wanted
	hint  string // may be empty
}

func object(hint, format string, args ...any) *objection {
	return &objection{found: fmt.Sprintf(format, args...), hint: hint}
}

func anything(string) *objection { return nil }

func notEmpty(s string) *objection {
	if s == "" {
		return object("remove the key or write a value", "an empty string")
	}
	return nil
}

// oneWord is a name, a path or a reference: it has no spaces.
func oneWord(s string) *objection {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return object("remove it", "a space in %s", quote(s))
	}
	return notEmpty(s)
}

func oneOf(words ...string) rule {
	return func(s string) *objection {
		if slices.Contains(words, s) {
			return nil
		}
		hint := ""
		if near := nearest(strings.ToLower(s), words); near != "" {
			hint = "did you mean " + near + "?"
		} else if slices.Contains(words, strings.ToLower(s)) {
			hint = "write " + strings.ToLower(s)
		}
		last := len(words) - 1
		return object(hint, "wanted %s or %s, found %s", strings.Join(words[:last], ", "), words[last], quote(s))
	}
}
