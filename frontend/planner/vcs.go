package planner

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/llb/plan"
	"golang.org/x/mod/semver"
)

// firstVCS is the first Go that writes the state of a checkout into programs.
const firstVCS = "1.18"

// chooseCheckout returns what programs say about the checkout that they are built
// from; nil if they say nothing.
func (d *Decision) chooseCheckout(errs *diag.List) *plan.Checkout {
	vcs := d.written.Build.VCS
	if !vcs.Value {
		return nil
	}
	if v := d.version; v.IsSet() && !d.toolchain.atLeast(firstVCS) {
		errs.Add(diag.Diagnostic{
			At:      vcs.At,
			Message: fmt.Sprintf("build.vcs needs Go %s or newer, and %s has %s", firstVCS, v.At, v.Value),
			Hint:    "write a newer Go as the key `go`",
			Related: []diag.Range{v.At},
		})
	}
	f := filler{d.stamps, errs}
	stamped := func(name string) string {
		return f.text("build.vcs", spec.String{Value: "{{." + name + "}}", At: vcs.At}).Value
	}
	c := &plan.Checkout{Commit: stamped("Commit"), Modified: stamped("Dirty") == "true"}
	if isAbbreviated(c.Commit) {
		errs.Add(diag.Diagnostic{
			At:      vcs.At,
			Message: fmt.Sprintf("build.vcs: the commit %s is abbreviated", c.Commit),
			Hint:    "pass --build-arg COMMIT=$(git rev-parse HEAD)",
		})
	}
	if date, err := time.Parse(time.RFC3339, stamped("Date")); err == nil {
		c.Time = date.Unix()
	}
	c.Tags, c.Before = versionTags(d.stamps)
	return c
}

// isAbbreviated reports whether a commit is the beginning of one.
func isAbbreviated(commit string) bool {
	isHex := strings.Trim(commit, "0123456789abcdef") == ""
	return commit != "" && isHex && len(commit) != 40 && len(commit) != 64
}

// describedForm matches what `git describe` prints for a commit after a tag.
var describedForm = regexp.MustCompile(`^(.+)-([0-9]+)-g([0-9a-f]{4,})$`)

// versionTags returns the tags of the commit, and those of commits before it, as
// far as the version tells: 1.2.3 is a tag, and 1.2.3-4-g0123456 is four commits
// after one. What is not a version of Go is neither.
func versionTags(stamps stamp.Values) (here, before []string) {
	described := strings.TrimPrefix(stamps.Get("Describe"), "v")
	version := strings.TrimSuffix(cmp.Or(stamps.Get("Version"), described), stamp.DirtySuffix)
	isTag := func(name string) bool { return semver.IsValid(name) }
	if m := describedForm.FindStringSubmatch(version); m != nil && strings.HasPrefix(stamps.Get("Commit"), m[3]) {
		tag := "v" + m[1]
		switch {
		case !isTag(tag):
			return nil, nil
		case m[2] == "0":
			return []string{tag}, nil
		}
		return nil, []string{tag}
	}
	if tag := "v" + version; isTag(tag) {
		return []string{tag}, nil
	}
	return nil, nil
}
