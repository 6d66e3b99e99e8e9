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
	// Unsure says that the tag is left out only because it is not known whether
	// it may move.
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

// names returns the image's names, in which values replace stamps. Each name has
// each tag.
func (n naming) names(errs *diag.List) (names []string, left []LeftOut) {
	if len(n.image.Names) == 0 {
		return nil, nil
	}
	var repositories []string
	for _, name := range n.image.Names {
		if reason := n.unknown(name); reason != "" && n.request.Asks {
			for _, tag := range n.image.Tags {
				left = append(left, LeftOut{n.full(name, tag), tag.At, "image.name: " + reason, false})
			}
			continue
		}
		if filled, ok := n.repository(name, errs); ok {
			repositories = append(repositories, filled)
		}
	}
	if len(repositories) == 0 && len(left) > 0 {
		return nil, left
	}
	tags, withheld := n.tags(errs)
	for _, repository := range repositories {
		for _, tag := range tags {
			if name := repository + ":" + tag; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, append(left, withheld...)
}

// full returns what a tag is called for one of several names.
func (n naming) full(name, tag spec.String) string {
	if len(n.image.Names) == 1 {
		return tag.Value
	}
	return name.Value + ":" + tag.Value
}

// tags returns the image's tags, and those that it does not get.
func (n naming) tags(errs *diag.List) (tags []string, left []LeftOut) {
	for _, tag := range n.image.Tags {
		if reason, unsure := n.withheld(tag); reason != "" {
			left = append(left, LeftOut{tag.Value, tag.At, reason, unsure})
			continue
		}
		if filled := n.tag(tag, errs); filled != "" {
			tags = append(tags, filled)
		}
	}
	return tags, left
}

// repository returns the image's name without a tag.
func (n naming) repository(name spec.String, errs *diag.List) (string, bool) {
	filled := filler{n.stamps, errs}.text("image.name", name).Value
	named, err := reference.ParseNormalizedNamed(filled)
	switch {
	case filled == "" || n.hasUnset(name):
		return "", false
	case err != nil:
		errs.Add(diag.Diagnostic{
			At:      name.At,
			Message: fmt.Sprintf("image.name: %q is not a valid image name: %v", filled, err),
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

// tag returns a tag with values instead of stamps.
func (n naming) tag(tag spec.String, errs *diag.List) string {
	filled, wrong := n.stamps.Replace(tag.Value, func(name, value string) string {
		if name == "Branch" || name == "Describe" {
			return cmp.Or(strings.TrimLeft(noTag.ReplaceAllString(value, "-"), "-."), "-")
		}
		return value
	})
	filler{n.stamps, errs}.report("image.tags", tag.At, wrong)
	if n.hasUnset(tag) {
		return ""
	}
	if filled != "" && !tagForm.MatchString(filled) {
		errs.Add(diag.Diagnostic{
			At:      tag.At,
			Message: fmt.Sprintf("image.tags: %q is not a valid tag", filled),
			Hint:    "a tag has at most 128 letters, digits, _, . and -, and begins with a letter, a digit or _",
		})
		return ""
	}
	return filled
}

// withheld returns why a tag is left out; empty if it is not. Either nothing is
// known to put in it, or it would move where it must not. Each release of a
// line takes over the tags that move: latest, 1 and 1.2.
func (n naming) withheld(tag spec.String) (reason string, unsure bool) {
	if missing := n.unknown(tag); missing != "" {
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
		return fmt.Sprintf("%s is not a version of three numbers", n.stamps.Get("Version")), false
	case semver.Prerelease(version) != "":
		return fmt.Sprintf("%s is a pre-release", n.stamps.Get("Version")), false
	case n.stamps.Get("Dirty") == "true":
		return "the checkout has changes", false
	case latest && releases == nil:
		return "whether " + n.stamps.Get("Version") + " is the highest release is not known: " + n.releasesHint(), true
	}
	if higher := higherRelease(version, releases, line(uses)); higher != "" {
		return fmt.Sprintf("%s is a higher release than %s", higher, n.stamps.Get("Version")), false
	}
	return "", false
}

// releasesHint returns what to do if the released versions are not known.
func (n naming) releasesHint() string {
	if _, given := n.request.BuildArgs[releasesArg]; given {
		return "the build arg RELEASES is empty; `git fetch --tags` brings the tags that a shallow clone lacks"
	}
	return "pass --build-arg RELEASES=\"$(git tag)\""
}

// hasUnset reports whether a text names a stamp without a value, which is an error
// already.
func (n naming) hasUnset(text spec.String) bool {
	return slices.ContainsFunc(stamp.Named(text.Value), func(name string) bool { return n.stamps.Get(name) == "" })
}

// unknown returns which stamp of a text has no value, and why; empty if all
// have one.
func (n naming) unknown(text spec.String) string {
	for _, name := range stamp.Named(text.Value) {
		if missing := n.stamps.Missing(name); missing != "" {
			return missing
		}
	}
	return ""
}

// moves reports whether releases take a tag that names these stamps from each
// other.
func moves(stamps []string) bool {
	if !slices.Contains(stamps, "Major") && !slices.Contains(stamps, "Minor") {
		return false
	}
	fixed := []string{"Version", "Patch", "Commit", "ShortCommit", "Date", "Describe"}
	return !slices.ContainsFunc(fixed, func(name string) bool { return slices.Contains(stamps, name) })
}

// line returns the function that tells by which part of a version releases take
// a tag from each other.
func line(stamps []string) func(version string) string {
	switch {
	case slices.Contains(stamps, "Minor"):
		return semver.MajorMinor
	case slices.Contains(stamps, "Major"):
		return semver.Major
	}
	return func(string) string { return "" }
}

// higherRelease returns the highest of the releases of the same line, or "" if
// none is higher than the version. Pre-releases do not count.
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

// readReleases returns the versions among words, as `git tag` prints them.
// Other words are other tags. The list is never nil, which would mean that the
// releases are not known.
func readReleases(value string) []string {
	releases := []string{}
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' || r == '\r' }) {
		if v := "v" + strings.TrimPrefix(word, "v"); semver.IsValid(v) {
			releases = append(releases, v)
		}
	}
	return releases
}
