package alpine

import (
	"fmt"
	"slices"
	"strings"
)

// dependency is one word of a list of dependencies or provided names, such as
// "zlib", "so:libz.so.1", "!libressl", "python3~3.12", "musl>=1.2" or "git@edge".
type dependency struct {
	name     string
	op       string // "", or one of ops
	version  string
	tag      string // of a repository: "edge"
	conflict bool   // "!": must not be there
}

// ops are the comparisons that apk knows. "><" compares a checksum.
var ops = []string{"=", "<", "<=", ">", ">=", "~", "=~", "~=", "<~", "<=~", ">~", ">=~", "><"}

const opChecksum = "><"

// parseDependency reads one word.
func parseDependency(word string) (dependency, error) {
	rest, conflict := strings.CutPrefix(word, "!")
	d := dependency{name: rest, conflict: conflict}
	if i := strings.IndexAny(rest, "=<>~"); i >= 0 {
		d.name = rest[:i]
		d.version = strings.TrimLeft(rest[i:], "=<>~")
		d.op = rest[i : len(rest)-len(d.version)]
		if !slices.Contains(ops, d.op) {
			return d, fmt.Errorf("%q has the operator %q, want one of %s", word, d.op, strings.Join(ops, " "))
		}
		if d.op != opChecksum && !validVersion(d.version) {
			return d, fmt.Errorf("%q has an invalid version", word)
		}
	}
	d.name, d.tag, _ = strings.Cut(d.name, "@")
	if d.name == "" || strings.ContainsFunc(d.name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return d, fmt.Errorf("%q has no name of a package", word)
	}
	return d, nil
}

// parseDependencies reads words that are separated by spaces. Like apk, it
// reports words that it cannot understand, since the package cannot be used.
func parseDependencies(words string) (all []dependency, err error) {
	for word := range strings.FieldsSeq(words) {
		d, wrong := parseDependency(word)
		if wrong != nil {
			err = wrong
			continue
		}
		all = append(all, d)
	}
	return all, err
}

// String returns the word.
func (d dependency) String() string {
	s := d.name
	if d.conflict {
		s = "!" + s
	}
	if d.tag != "" {
		s += "@" + d.tag
	}
	return s + d.op + d.version
}

// word returns the word of the spec, without a version that was given apart.
func (d dependency) word() string {
	if d.op == "=" {
		d.op, d.version = "", ""
	}
	return d.String()
}

// matches reports whether a provider with this version has what d names. It
// does not look at d.conflict. A name that is provided without a version matches
// every version, as for apk.
func (d dependency) matches(p provider) bool {
	switch {
	case d.op == "" || p.version == "" && d.op != opChecksum:
		return true
	case d.op == opChecksum:
		return d.version == p.pkg.checksum
	}
	c := compareVersions(p.version, d.version, strings.Contains(d.op, "~"))
	return c < 0 && strings.Contains(d.op, "<") ||
		c > 0 && strings.Contains(d.op, ">") ||
		c == 0 && strings.ContainsAny(d.op, "=~")
}
