// Package stamp puts what is known of a version and a commit into texts.
//
// A text names a stamp as {{.Version}}; spaces inside the braces do not
// matter, and {{{{ stands for {{ itself. There is nothing else: a text can do
// no more than name a stamp. No stamp comes from the clock.
package stamp

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/util/suggest"
	"golang.org/x/mod/semver"

	"github.com/gohull/gohull/frontend/diag"
)

// Stamp is a value that texts may name.
type Stamp struct {
	Name    string // "Version"
	Meaning string // where it comes from, in Markdown
	give    string // what to do when it is not known
}

// All lists the stamps.
func All() []Stamp {
	const (
		version = "pass --build-arg VERSION=1.2.3"
		commit  = "pass --build-arg COMMIT=$(git rev-parse HEAD), or build a git checkout with buildx"
	)
	return []Stamp{
		{"Version", "the build arg `VERSION`, without a `v` before it", version},
		{"Major", "`1` of version 1.2.3", version},
		{"Minor", "`2` of version 1.2.3", version},
		{"Patch", "`3` of version 1.2.3", version},
		{"Commit", "the build arg `COMMIT`, else the commit that buildx finds checked out", commit},
		{"ShortCommit", "the first 7 letters of it", commit},
		{"Date", "the build arg `DATE`, else `SOURCE_DATE_EPOCH`, as in 2026-01-31T12:00:00Z; never the clock", "pass --build-arg DATE=$(git log -1 --format=%cI)"},
		{"Dirty", "the build arg `DIRTY`, else whether buildx found the checkout changed, which it looks at with `BUILDX_GIT_CHECK_DIRTY=1`", "pass --build-arg DIRTY=false, or true"},
		{"Branch", "the build arg `BRANCH`; in tags with - for /", "pass --build-arg BRANCH=$(git branch --show-current)"},
		{"Image", "the name of the image in a file of several", "write the image below `images`"},
	}
}

// Values are the stamps that are known, by name.
type Values map[string]string

// Known gives the stamps that follow from a version, a commit, a date and a
// verdict on the checkout; each may be empty.
func Known(version, commit, date, dirty string) Values {
	all := Values{"Version": version, "Commit": commit, "Date": date, "Dirty": dirty}
	if len(commit) >= shortCommit {
		all["ShortCommit"] = commit[:shortCommit]
	}
	if v := "v" + version; semver.IsValid(v) && semver.Canonical(v) == strings.TrimSuffix(v, semver.Build(v)) {
		core := strings.SplitN(strings.TrimSuffix(version, semver.Prerelease(v)+semver.Build(v)), ".", 3)
		all["Major"], all["Minor"], all["Patch"] = core[0], core[1], core[2]
	}
	return all
}

// shortCommit is how many letters of a commit git shows at the least.
const shortCommit = 7

// With has one more value; an empty one is not known.
func (v Values) With(name, value string) Values {
	all := maps.Clone(v)
	all[name] = value
	return all
}

// Missing says what a stamp of a name lacks to be known, "" when it is known
// or there is none of the name.
func (v Values) Missing(name string) string {
	if _, problem := v.lookup("." + name); problem != nil && v.is(name) {
		return problem.String()
	}
	return ""
}

func (Values) is(name string) bool {
	return slices.ContainsFunc(All(), func(s Stamp) bool { return s.Name == name })
}

// namedForm is a stamp between its braces.
var namedForm = regexp.MustCompile(`\{\{\s*\.([A-Za-z]+)\s*\}\}`)

// Named lists the stamps that a text names, and what it takes for stamps.
func Named(text string) []string {
	var names []string
	for _, m := range namedForm.FindAllStringSubmatch(strings.ReplaceAll(text, open+open, ""), -1) {
		names = append(names, m[1])
	}
	return names
}

const open, end = "{{", "}}"

// Fill puts the values into a text. What is wrong with the text has no
// place in the file.
func (v Values) Fill(text string) (string, []diag.Diagnostic) {
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
		value, problem := v.lookup(strings.TrimSpace(field))
		if problem != nil {
			wrong = append(wrong, *problem)
		}
		b.WriteString(value)
		text = after
	}
}

const escapeHint = "write " + open + open + " for " + open + " itself"

// lookup gives the value of a field: ".Version".
func (v Values) lookup(field string) (string, *diag.Diagnostic) {
	name, dotted := strings.CutPrefix(field, ".")
	for _, s := range All() {
		switch {
		case s.Name != name:
		case !dotted:
			return "", &diag.Diagnostic{Message: quoted(field) + " is no stamp", Hint: "write " + quoted("."+name)}
		case v[name] != "":
			return v[name], nil
		default:
			return "", v.unknown(s)
		}
	}
	return "", misspelt(field, name)
}

// unknown is a stamp that has no value.
func (v Values) unknown(s Stamp) *diag.Diagnostic {
	if version := v["Version"]; version != "" {
		switch s.Name {
		case "Major", "Minor", "Patch":
			return &diag.Diagnostic{Message: fmt.Sprintf("%s is not known, because the version %s has not three numbers", quoted("."+s.Name), version), Hint: s.give}
		}
	}
	return &diag.Diagnostic{Message: quoted("."+s.Name) + " is not known", Hint: s.give}
}

func misspelt(field, name string) *diag.Diagnostic {
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
	}
	hint := "the stamps are " + strings.Join(names, ", ") + "; " + escapeHint
	near, ok := suggest.Search(name, names, true)
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		near, ok = names[i], true
	}
	if ok {
		hint = "did you mean " + quoted("."+near) + "?"
	}
	return &diag.Diagnostic{Message: quoted(field) + " is no stamp", Hint: hint}
}

// quoted is a field as texts have it, cut to be short.
func quoted(field string) string {
	const limit = 40
	if runes := []rune(field); len(runes) > limit {
		field = string(runes[:limit]) + "…"
	}
	return open + field + end
}
