package alpine

import (
	"cmp"
	"strings"
)

// A version is digits{.digits}[letter]{_suffix[digits]}[~commit][-rN]. It is
// compared part by part.
type part struct {
	kind kind
	text string
}

// kind orders the parts: the parts of a version never go back to an earlier kind.
type kind int

const (
	first kind = iota // the digits at the start
	digits
	letter
	suffix // "alpha", "rc", "git", …
	suffixNumber
	commit
	revision
	end
	invalid
)

// suffixes are in their order; those before the empty one come before a release.
var suffixes = []string{"alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"}

const release = 4 // the empty one in suffixes

func rank(suffix string) int {
	for i, s := range suffixes {
		if s == suffix && s != "" {
			return i
		}
	}
	return -1
}

// next splits the part that follows a part of a kind off a version.
func next(after kind, s string) (part, string) {
	switch {
	case s == "":
		return part{kind: end}, ""
	case s[0] >= 'a' && s[0] <= 'z' && after <= digits:
		return part{letter, s[:1]}, s[1:]
	case s[0] == '.' && after <= digits:
		return number(digits, s[1:])
	case isDigit(s[0]) && after == suffix:
		return number(suffixNumber, s)
	case s[0] == '_' && after <= suffixNumber:
		text, rest := span(s[1:], func(c byte) bool { return c >= 'a' && c <= 'z' })
		if rank(text) < 0 {
			break
		}
		return part{suffix, text}, rest
	case s[0] == '~' && after < commit:
		text, rest := span(s[1:], isHex)
		if text == "" {
			break
		}
		return part{commit, text}, rest
	case strings.HasPrefix(s, "-r") && after < revision:
		return number(revision, s[2:])
	}
	return part{kind: invalid}, s
}

func number(k kind, s string) (part, string) {
	text, rest := span(s, isDigit)
	if text == "" {
		return part{kind: invalid}, s
	}
	return part{k, text}, rest
}

func span(s string, in func(byte) bool) (text, rest string) {
	i := 0
	for i < len(s) && in(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' }

// validVersion reports whether apk would accept a version.
func validVersion(s string) bool {
	p, rest := number(first, s)
	for p.kind < end {
		p, rest = next(p.kind, rest)
	}
	return p.kind == end
}

// compareVersions returns -1, 0 or 1. If fuzzy, b is a prefix: 3.12.4-r0 equals
// 3.12.
func compareVersions(a, b string, fuzzy bool) int {
	p, a := number(first, a)
	q, b := number(first, b)
	for p.kind == q.kind && p.kind < end {
		if c := compareParts(p, q); c != 0 {
			return c
		}
		p, a = next(p.kind, a)
		q, b = next(q.kind, b)
	}
	switch {
	case p.kind == q.kind, fuzzy && q.kind == end:
		return 0
	case p.kind == suffix && rank(p.text) < release:
		return -1
	case q.kind == suffix && rank(q.text) < release:
		return 1
	}
	return cmp.Compare(q.kind, p.kind)
}

func compareParts(p, q part) int {
	switch {
	case p.kind == suffix:
		return cmp.Compare(rank(p.text), rank(q.text))
	case p.kind == letter, p.kind == commit, p.kind == digits && (p.text[0] == '0' || q.text[0] == '0'):
		return strings.Compare(p.text, q.text)
	}
	return compareNumbers(p.text, q.text)
}

// compareNumbers compares numbers of any length.
func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
