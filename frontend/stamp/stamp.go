// Package stamp puts what is known of a version and a commit into texts.
//
// A text names a stamp as {{.Version}}; spaces inside the braces do not
// matter, {{.Args.NAME}} names a build arg of the spec, and {{{{ stands for {{
// itself. There is nothing else: a text can do
// no more than name a stamp. No stamp comes from the clock.
//
// Each value is validated by the rule of its stamp before a text can have it,
// wherever it comes from.
package stamp

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/util/suggest"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/visible"
)

// Stamp is a value that texts may name.
type Stamp struct {
	Name    string // "Version"
	Meaning string // where it comes from, in Markdown
	give    string // what to do when it is not known
	read    func(string) (string, bool)
	wanted  string // what read takes
}

// All lists the stamps.
func All() []Stamp {
	const (
		version = "pass --build-arg VERSION=1.2.3"
		commit  = "pass --build-arg COMMIT=$(git rev-parse HEAD), or build a git checkout with buildx"
		number  = "a number of the version"
	)
	return []Stamp{
		{"Version", "the build arg `VERSION`, without a leading `v`", version, readVersion, "a version like 1.2.3, without spaces and slashes"},
		{"Major", "`1` of version 1.2.3", version, asItIs, number},
		{"Minor", "`2` of version 1.2.3", version, asItIs, number},
		{"Patch", "`3` of version 1.2.3", version, asItIs, number},
		{"Commit", "the build arg `COMMIT`, else the commit of the checkout, as buildx reports it", commit, readCommit, "a commit in hexadecimal, as `git rev-parse HEAD` prints it"},
		{"ShortCommit", "the first 7 characters of the commit", commit, asItIs, "the beginning of the commit"},
		{"Date", "the build arg `DATE`, else `SOURCE_DATE_EPOCH`, in the form 2026-01-31T12:00:00Z; never the current time", "pass --build-arg DATE=$(git log -1 --format=%cI)", readDate, "a date like 2026-01-31T12:00:00Z, as `git log -1 --format=%cI` prints it"},
		{"Dirty", "the build arg `DIRTY`, else whether the checkout has changes; buildx checks that only with `BUILDX_GIT_CHECK_DIRTY=1`", "pass --build-arg DIRTY=false, or true", readBool, "true or false"},
		{"TreeState", "`clean` or `dirty`: the same as `Dirty`, in the words of many Makefiles", "pass --build-arg DIRTY=false, or true", asItIs, "clean or dirty"},
		{"Branch", "the build arg `BRANCH`; in tags, characters that a tag cannot have become `-`", "pass --build-arg BRANCH=$(git branch --show-current)", readBranch, "the name of a branch, as `git branch --show-current` prints it"},
		{"Describe", "the build arg `DESCRIBE`, else what `git describe --tags --always --abbrev=7 --dirty` says, from a `.git` that is part of the context; in tags, characters that a tag cannot have become `-`", "pass --build-arg DESCRIBE=$(git describe --tags --always)", readBranch, "what `git describe` prints, such as v1.2.3-4-g0123456"},
		{"Image", "the name of the image, if the spec has several", "write the image below `images`", asItIs, "the name of an image"},
	}
}

// find returns the stamp of a name.
func find(name string) (Stamp, bool) {
	all := All()
	i := slices.IndexFunc(all, func(s Stamp) bool { return s.Name == name })
	if i < 0 {
		return Stamp{}, false
	}
	return all[i], true
}

const (
	open, end  = "{{", "}}"
	escapeHint = "write " + open + open + " for " + open + " itself"
)

// Named lists the stamps that a text names, misspelt ones as well.
func Named(text string) []string {
	var names []string
	_, _ = replace(text, func(field string) (string, *diag.Diagnostic) {
		if name, ok := strings.CutPrefix(field, "."); ok {
			names = append(names, name)
		}
		return "", nil
	})
	return names
}

// Fill puts the values into a text. What is wrong with the text has no
// place in the file.
func (v Values) Fill(text string) (string, []diag.Diagnostic) {
	return v.Replace(text, func(_, value string) string { return value })
}

// Replace puts what with returns for a stamp and its value instead of
// the stamp.
func (v Values) Replace(text string, with func(name, value string) string) (string, []diag.Diagnostic) {
	return replace(text, func(field string) (string, *diag.Diagnostic) {
		value, problem := v.lookup(field)
		return with(strings.TrimPrefix(field, "."), value), problem
	})
}

// replace puts what with returns for a field instead of the field.
func replace(text string, with func(field string) (string, *diag.Diagnostic)) (string, []diag.Diagnostic) {
	var b strings.Builder
	var wrong []diag.Diagnostic
	for {
		before, rest, found := strings.Cut(text, open)
		b.WriteString(before)
		if !found {
			return b.String(), wrong
		}
		if literal, ok := strings.CutPrefix(rest, open); ok {
			b.WriteString(open)
			text = literal
			continue
		}
		field, after, closed := strings.Cut(rest, end)
		if !closed {
			return b.String(), append(wrong, diag.Diagnostic{Message: open + " without " + end, Hint: escapeHint})
		}
		value, problem := with(strings.TrimSpace(field))
		if problem != nil {
			wrong = append(wrong, *problem)
		}
		b.WriteString(value)
		text = after
	}
}

// misspelt reports a field that names neither a stamp nor one of some extra
// names.
func misspelt(field string, extra ...string) *diag.Diagnostic {
	name, dotted := strings.CutPrefix(field, ".")
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
	}
	names = append(names, extra...)
	if slices.Contains(names, name) && !dotted {
		return &diag.Diagnostic{Message: quoted(field) + " is not a stamp", Hint: "write " + quoted("."+name)}
	}
	hint := "the stamps are " + strings.Join(names, ", ") + "; " + escapeHint
	near, ok := suggest.Search(name, names, true)
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		near, ok = names[i], true
	}
	if ok {
		hint = "did you mean " + quoted("."+near) + "?"
	}
	return &diag.Diagnostic{Message: quoted(field) + " is not a stamp", Hint: hint}
}

// quoted returns a field as texts have it, cut to be short.
func quoted(field string) string { return open + short(field) + end }

func short(text string) string { return visible.Short(text, 40) }
