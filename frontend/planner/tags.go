package planner

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"golang.org/x/mod/semver"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
)

// LeftOut is a tag of the spec that an image does not get in this build.
type LeftOut struct {
	Tag    string // as it is written: "{{.Major}}"
	At     diag.Range
	Reason string
	// Unsure says that nobody told whether the tag may move, where others do
	// not apply to this build.
	Unsure bool
}

// Names returns what the image is called where it is pushed, each name with a
// tag, and the tags that were left out.
func (d *Decision) Names() ([]string, []LeftOut, error) {
	return d.names, d.leftOut, d.wrong.Err()
}

// naming decides what an image is called.
type naming struct {
	stamps   stamp.Values
	image    spec.Image
	request  Request
	released []string // the build arg RELEASES, as "v1.2.3"; nil when it was not given
}

// names returns the image's names, in which values replace stamps.
func (n naming) names(errs *diag.List) (names []string, left []LeftOut) {
	if !n.image.Name.IsSet() {
		return nil, nil
	}
	if reason := n.missing(n.image.Name); reason != "" && n.request.Asks {
		for _, tag := range n.image.Tags {
			left = append(left, LeftOut{tag.Value, tag.At, "image.name: " + reason, false})
		}
		return nil, left
	}
	name, ok := n.repository(n.image.Name, errs)
	for _, tag := range n.image.Tags {
		if reason, unsure := n.withheld(tag); reason != "" {
			left = append(left, LeftOut{tag.Value, tag.At, reason, unsure})
			continue
		}
		if filled := n.tag(tag, errs); ok && filled != "" && !slices.Contains(names, name+":"+filled) {
			names = append(names, name+":"+filled)
		}
	}
	return names, left
}

// repository is the image's name without a tag.
func (n naming) repository(name spec.String, errs *diag.List) (string, bool) {
	filled := filler{n.stamps, errs}.text("image.name", name).Value
	named, err := reference.ParseNormalizedNamed(filled)
	switch {
	case filled == "" || n.lacks(name):
		return "", false
	case err != nil:
		errs.Add(diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("image.name: %q is no name of an image: %v", filled, err),
			Hint:    "write it as in registry.example/acme/server",
		})
		return "", false
	case !reference.IsNameOnly(named):
		errs.Add(diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("image.name: %q has a tag or a digest", filled),
			Hint:    "write tags as image.tags",
		})
		return "", false
	}
	return filled, true
}

var (
	tagForm = regexp.MustCompile("^" + reference.TagRegexp.String() + "$")
	noTag   = regexp.MustCompile(`[^0-9A-Za-z_.-]+`) // what a branch may have and a tag may not
)

// tag is a tag with its stamps filled in.
func (n naming) tag(tag spec.String, errs *diag.List) string {
	filled, wrong := n.stamps.Replace(tag.Value, func(name, value string) string {
		if name == "Branch" {
			return cmp.Or(strings.TrimLeft(noTag.ReplaceAllString(value, "-"), "-."), "-")
		}
		return value
	})
	filler{n.stamps, errs}.report("image.tags", tag.At, wrong)
	if n.lacks(tag) {
		return ""
	}
	if filled != "" && !tagForm.MatchString(filled) {
		errs.Add(diag.Diagnostic{
			At:      tag.At,
			Message: fmt.Sprintf("image.tags: %q is no tag", filled),
			Hint:    "a tag has letters, digits, _, . and -, begins with none of the last two, and has 128 letters at most",
		})
		return ""
	}
	return filled
}

// withheld says why a tag is left out, if it is: nothing is known to put in
// it, or it would move where it must not. Tags that move are those of which
// every release of a line takes hold in its turn: latest, 1 and 1.2.
func (n naming) withheld(tag spec.String) (reason string, unsure bool) {
	if missing := n.missing(tag); missing != "" {
		return missing, false
	}
	uses := stamp.Named(tag.Value)
	latest := tag.Value == "latest" || strings.HasPrefix(tag.Value, "latest-")
	if !latest && !moves(uses) {
		return "", false
	}
	version := "v" + n.stamps.Get("Version")
	releases := n.released
	if releases == nil {
		releases = n.request.Releases
	}
	switch {
	case n.stamps.Get("Version") == "":
		return n.stamps.Missing("Version"), false
	case !semver.IsValid(version) || n.stamps.Get("Patch") == "":
		return fmt.Sprintf("%s is no version of three numbers", n.stamps.Get("Version")), false
	case semver.Prerelease(version) != "":
		return fmt.Sprintf("%s is a pre-release", n.stamps.Get("Version")), false
	case n.stamps.Get("Dirty") == "true":
		return "the checkout is changed", false
	case latest && releases == nil:
		return "whether " + n.stamps.Get("Version") + " is the highest release is not known: " + n.releasesHint(), true
	}
	if higher := higherRelease(version, releases, line(uses)); higher != "" {
		return fmt.Sprintf("%s is a higher release than %s", higher, n.stamps.Get("Version")), false
	}
	return "", false
}

// releasesHint is what to do when nothing tells which versions there are.
func (n naming) releasesHint() string {
	if _, given := n.request.BuildArgs[releasesArg]; given {
		return "the build arg RELEASES is empty; `git fetch --tags` brings the tags that a shallow clone lacks"
	}
	return "pass --build-arg RELEASES=\"$(git tag)\""
}

// lacks reports whether a text names what has no value, which is an error
// already.
func (n naming) lacks(text spec.String) bool {
	return slices.ContainsFunc(stamp.Named(text.Value), func(name string) bool { return n.stamps.Get(name) == "" })
}

// missing says which stamp of a text has no value, and why.
func (n naming) missing(text spec.String) string {
	for _, name := range stamp.Named(text.Value) {
		if missing := n.stamps.Missing(name); missing != "" {
			return missing
		}
	}
	return ""
}

// moves reports whether a tag that names these stamps is one that releases
// take from each other.
func moves(stamps []string) bool {
	if !slices.Contains(stamps, "Major") && !slices.Contains(stamps, "Minor") {
		return false
	}
	fixed := []string{"Version", "Patch", "Commit", "ShortCommit", "Date"}
	return !slices.ContainsFunc(fixed, func(name string) bool { return slices.Contains(stamps, name) })
}

// line is what releases have in common that take a tag from each other.
func line(stamps []string) func(version string) string {
	switch {
	case slices.Contains(stamps, "Minor"):
		return semver.MajorMinor
	case slices.Contains(stamps, "Major"):
		return semver.Major
	}
	return func(string) string { return "" }
}

// higherRelease is the highest of the releases of the same line, "" when the
// version is none lower. Pre-releases count for nothing.
func higherRelease(version string, releases []string, line func(string) string) string {
	highest := version
	for _, r := range releases {
		if semver.Prerelease(r) == "" && line(r) == line(version) && semver.Compare(r, highest) > 0 {
			highest = r
		}
	}
	if highest == version {
		return ""
	}
	return strings.TrimPrefix(highest, "v")
}

// readReleases are the versions among words, as `git tag` prints them. Other
// words are other tags. The list is not nil, which stands for not known.
func readReleases(value string) []string {
	releases := []string{}
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		if v := "v" + strings.TrimPrefix(word, "v"); semver.IsValid(v) {
			releases = append(releases, v)
		}
	}
	return releases
}
