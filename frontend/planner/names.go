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
func (c Decision) Names() ([]string, []LeftOut, error) {
	return c.names, c.leftOut, c.wrong.Err()
}

// named returns the decision with the image's names, in which values replace
// stamps.
func (c Decision) named(errs *diag.List) Decision {
	image := c.image.Image
	if !image.Name.IsSet() {
		return c
	}
	if reason := c.missing(image.Name); reason != "" && c.Request.Asks {
		for _, tag := range image.Tags {
			c.leftOut = append(c.leftOut, LeftOut{tag.Value, tag.At, "image.name: " + reason, false})
		}
		return c
	}
	name, ok := c.repository(image.Name, errs)
	for _, tag := range image.Tags {
		if reason, unsure := c.withheld(tag); reason != "" {
			c.leftOut = append(c.leftOut, LeftOut{tag.Value, tag.At, reason, unsure})
			continue
		}
		if filled := c.tag(tag, errs); ok && filled != "" && !slices.Contains(c.names, name+":"+filled) {
			c.names = append(c.names, name+":"+filled)
		}
	}
	return c
}

// repository is the image's name without a tag.
func (c Decision) repository(name spec.String, errs *diag.List) (string, bool) {
	filled := filler{c.stamps, errs}.text("image.name", name).Value
	named, err := reference.ParseNormalizedNamed(filled)
	switch {
	case filled == "" || c.lacks(name):
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
func (c Decision) tag(tag spec.String, errs *diag.List) string {
	filled, wrong := c.stamps.Replace(tag.Value, func(name, value string) string {
		if name == "Branch" {
			return cmp.Or(strings.TrimLeft(noTag.ReplaceAllString(value, "-"), "-."), "-")
		}
		return value
	})
	filler{c.stamps, errs}.report("image.tags", tag.At, wrong)
	if c.lacks(tag) {
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
func (c Decision) withheld(tag spec.String) (reason string, unsure bool) {
	if missing := c.missing(tag); missing != "" {
		return missing, false
	}
	uses := stamp.Named(tag.Value)
	latest := tag.Value == "latest" || strings.HasPrefix(tag.Value, "latest-")
	if !latest && !moves(uses) {
		return "", false
	}
	version := "v" + c.stamps.Get("Version")
	releases := c.args.releases
	if releases == nil {
		releases = c.Request.Releases
	}
	switch {
	case c.stamps.Get("Version") == "":
		return c.stamps.Missing("Version"), false
	case !semver.IsValid(version) || c.stamps.Get("Patch") == "":
		return fmt.Sprintf("%s is no version of three numbers", c.stamps.Get("Version")), false
	case semver.Prerelease(version) != "":
		return fmt.Sprintf("%s is a pre-release", c.stamps.Get("Version")), false
	case c.stamps.Get("Dirty") == "true":
		return "the checkout is changed", false
	case latest && releases == nil:
		return "whether " + c.stamps.Get("Version") + " is the highest release is not known: " + c.tellReleases(), true
	}
	if higher := higherRelease(version, releases, line(uses)); higher != "" {
		return fmt.Sprintf("%s is a higher release than %s", higher, c.stamps.Get("Version")), false
	}
	return "", false
}

// tellReleases is what to do when nothing tells which versions there are.
func (c Decision) tellReleases() string {
	if _, given := c.Request.BuildArgs[releasesArg]; given {
		return "the build arg RELEASES is empty; `git fetch --tags` brings the tags that a shallow clone lacks"
	}
	return "pass --build-arg RELEASES=\"$(git tag)\""
}

// lacks reports whether a text names what has no value, which is an error
// already.
func (c Decision) lacks(text spec.String) bool {
	return slices.ContainsFunc(stamp.Named(text.Value), func(name string) bool { return c.stamps.Get(name) == "" })
}

// missing says which stamp of a text has no value, and why.
func (c Decision) missing(text spec.String) string {
	for _, name := range stamp.Named(text.Value) {
		if missing := c.stamps.Missing(name); missing != "" {
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
