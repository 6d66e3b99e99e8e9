package stamp

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/moby/buildkit/util/suggest"
	"golang.org/x/mod/semver"

	"github.com/gohull/gohull/frontend/diag"
)

// Values are the stamps of a build, by name. The zero value knows none. Only
// With adds a value, so that each one is valid for its stamp.
type Values struct {
	known   map[string]string
	refused map[string]bool   // stamps whose value was given and is wrong, which is an error already
	unfit   map[string]string // why what was found is not the value of a stamp
	args    map[string]string // the build args of the spec, by name
	extra   map[string]string // what only some texts may name, by name
	written bool              // whether a stamp without a value stays as it is written
}

// With returns the values with one more; an empty one is not known. It
// returns an error, which says what was wanted, for a value that the stamp
// cannot have.
func (v Values) With(name, value string) (Values, error) {
	s, ok := find(name)
	if !ok || value == "" {
		return v, nil
	}
	read, ok := s.read(value)
	if !ok {
		return v, fmt.Errorf("%s, wanted %s", strconv.Quote(short(value)), s.wanted)
	}
	v.known = maps.Clone(v.known)
	if v.known == nil {
		v.known = map[string]string{}
	}
	v.known[name] = read
	switch name {
	case "Version":
		v.addNumbers()
	case "Commit":
		v.addCommit()
	case "Dirty":
		v.addTree()
	}
	return v, nil
}

// addNumbers adds what follows from a version of three numbers.
func (v Values) addNumbers() {
	version := "v" + v.known["Version"]
	build := semver.Build(version)
	if !semver.IsValid(version) || semver.Canonical(version) != strings.TrimSuffix(version, build) {
		return
	}
	core := strings.TrimSuffix(version[1:], semver.Prerelease(version)+build)
	numbers := strings.SplitN(core, ".", 3)
	v.known["Major"], v.known["Minor"], v.known["Patch"] = numbers[0], numbers[1], numbers[2]
}

// addCommit adds what follows from a commit. Of the verdict on the checkout,
// the stamp Dirty has the last word, which is added later.
func (v Values) addCommit() {
	commit, changed := strings.CutSuffix(v.known["Commit"], DirtySuffix)
	v.known["Commit"], v.known["ShortCommit"] = commit, commit[:shortCommit]
	if changed {
		v.known["Dirty"] = "true"
		v.addTree()
	}
}

// addTree adds the word for a checkout with changes, or without.
func (v Values) addTree() {
	v.known["TreeState"] = "clean"
	if v.known["Dirty"] == "true" {
		v.known["TreeState"] = "dirty"
	}
}

// Refused returns the values without one that was given and is wrong, and
// without what follows from it. Texts that name it are not wrong once more.
func (v Values) Refused(name string) Values {
	v.refused = maps.Clone(v.refused)
	if v.refused == nil {
		v.refused = map[string]bool{}
	}
	for _, n := range append(following[name], name) {
		v.refused[n] = true
	}
	return v
}

// following are the stamps that follow from another.
var following = map[string][]string{
	"Version": {"Major", "Minor", "Patch"},
	"Commit":  {"ShortCommit"},
	"Dirty":   {"TreeState"},
}

// Unfit returns the values with the reason why one that was found, and not
// given, is not used.
func (v Values) Unfit(name, reason string) Values {
	v.unfit = maps.Clone(v.unfit)
	if v.unfit == nil {
		v.unfit = map[string]string{}
	}
	v.unfit[name] = reason
	return v
}

// AsWritten returns values of which a missing one is no error: its stamp stays
// in the text.
func (v Values) AsWritten() Values {
	v.written = true
	return v
}

// WithArgs returns the values with the build args of a spec, which texts name as
// {{.Args.NAME}}. Unlike a stamp, an arg may be empty.
func (v Values) WithArgs(args map[string]string) Values {
	v.args = maps.Clone(args)
	return v
}

// WithExtra returns the values with others, which only some texts may name and
// which need no rule.
func (v Values) WithExtra(extra map[string]string) Values {
	v.extra = extra
	return v
}

// ValidateArg returns an error, which says what was wanted, for a value that a
// build arg cannot have.
func ValidateArg(value string) error {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("%s, wanted text on one line without hidden characters", strconv.Quote(short(value)))
	}
	return nil
}

// Get returns the value of a stamp, empty when it is not known.
func (v Values) Get(name string) string { return v.known[name] }

// Missing returns why a stamp has no value, in words for a message. It is empty
// for a stamp with a value, for one whose value is an error already, and for an
// unknown name.
func (v Values) Missing(name string) string {
	s, ok := find(name)
	if !ok || v.known[name] != "" || v.refused[name] {
		return ""
	}
	return v.unknown(s).String()
}

// lookup returns the value of a field such as ".Version".
func (v Values) lookup(field string) (string, *diag.Diagnostic) {
	name, dotted := strings.CutPrefix(field, ".")
	if arg, ok := strings.CutPrefix(name, argPrefix); ok && dotted {
		return v.arg(arg)
	}
	if value, ok := v.extra[name]; ok && dotted {
		return value, nil
	}
	s, ok := find(name)
	switch {
	case !ok || !dotted:
		return "", misspelt(field, slices.Sorted(maps.Keys(v.extra))...)
	case v.known[name] != "" || v.refused[name]:
		return v.known[name], nil
	case v.written:
		return quoted("." + name), nil
	}
	return "", v.unknown(s)
}

const argPrefix = "Args."

// arg returns the value of a build arg of the spec.
func (v Values) arg(name string) (string, *diag.Diagnostic) {
	value, ok := v.args[name]
	switch {
	case ok:
		return value, nil
	case v.written && v.args == nil:
		return quoted("." + argPrefix + name), nil
	}
	d := &diag.Diagnostic{
		Message: quoted("."+argPrefix+name) + " is not a build arg of the spec",
		Hint:    "declare it with a default: `args: {" + short(name) + ": …}`",
	}
	if near, ok := suggest.Search(name, slices.Sorted(maps.Keys(v.args)), true); ok {
		d.Hint = "did you mean " + quoted("."+argPrefix+near) + "?"
	}
	return "", d
}

// unknown reports a stamp that has no value.
func (v Values) unknown(s Stamp) *diag.Diagnostic {
	message := quoted("."+s.Name) + " is not known"
	reason := v.unfit[s.Name]
	for name, all := range following {
		if slices.Contains(all, s.Name) {
			reason = v.unfit[name]
			if version := v.known[name]; version != "" {
				reason = "the version " + version + " does not have three numbers"
			}
		}
	}
	if reason != "" {
		message += ", because " + reason
	}
	return &diag.Diagnostic{Message: message, Hint: s.give}
}
