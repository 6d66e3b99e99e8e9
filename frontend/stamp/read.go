package stamp

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// DirtySuffix is what buildx puts behind the commit of a changed checkout.
const DirtySuffix = "-dirty"

// shortCommit is how many letters of a commit git shows at the least.
const shortCommit = 7

var (
	versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]{0,127}$`)
	commitForm  = regexp.MustCompile(`^[0-9a-f]{7,64}(-dirty)?$`)
)

func asItIs(s string) (string, bool) { return s, true }

func readVersion(s string) (string, bool) {
	s = strings.TrimPrefix(s, "v")
	return s, versionForm.MatchString(s)
}

func readCommit(s string) (string, bool) { return s, commitForm.MatchString(s) }

// readDate returns the date in UTC, so that it does not show where it was asked
// for.
func readDate(s string) (string, bool) {
	date, err := time.Parse(time.RFC3339, s)
	return date.UTC().Format(time.RFC3339), err == nil
}

func readBool(s string) (string, bool) { return s, s == "true" || s == "false" }

// longestBranch is more than any file system has for the name of a file.
const longestBranch = 255

// readBranch takes what git-check-ref-format(1) takes for a branch, as far as
// it can be seen: no character is hidden.
func readBranch(s string) (string, bool) {
	bad := s == "@" || len(s) > longestBranch || !utf8.ValidString(s) ||
		strings.HasPrefix(s, "-") || strings.HasSuffix(s, ".") ||
		strings.Contains(s, "..") || strings.Contains(s, "@{") ||
		strings.ContainsAny(s, ` ~^:?*[\`) ||
		strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
	return s, !bad && !slices.ContainsFunc(strings.Split(s, "/"), badComponent)
}

// badComponent reports whether a name between slashes is one that git refuses.
func badComponent(s string) bool {
	return s == "" || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".lock")
}
