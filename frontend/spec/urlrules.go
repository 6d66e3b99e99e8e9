package spec

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/gohull/gohull/frontend/netenv"
)

// stampForm matches a stamp, whose value is not known here.
var stampForm = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// fileURL is the address of a file. It may name stamps.
func fileURL(s string) *objection {
	plain := stampForm.ReplaceAllString(s, "x")
	u, err := url.Parse(plain)
	switch {
	case s == "":
		return notEmpty(s)
	case netenv.Credentials(plain) != nil:
		d := netenv.Credentials(plain)
		return object("remove them: BuildKit downloads files without credentials", "%s", d.Message)
	case strings.ContainsFunc(plain, unicode.IsSpace):
		return object("remove it, or write %20", "a space in %s", quote(s))
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return object("write one that begins with https://", "wanted a URL, found %s", quote(s))
	case u.Fragment != "":
		return object("remove it: a server does not see it", "#%s in the URL %s", cut(u.Fragment), quote(s))
	}
	return nil
}

// URLProblem returns what is wrong with the address of a file, and what to do.
// Both are empty for a valid one.
func URLProblem(s string) (problem, hint string) {
	if o := fileURL(s); o != nil {
		return o.found, o.hint
	}
	return "", ""
}

var fileSumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ChecksumCommand returns the command that prints the checksum of a file.
func ChecksumCommand(address string) string {
	if address == "" || strings.Contains(address, "'") {
		address = "https://…"
	}
	return "curl -fsSL '" + address + "' | sha256sum"
}

// fileSum is a SHA-256 checksum.
func fileSum(s string) *objection {
	bare, hasPrefix := strings.CutPrefix(s, "sha256:")
	switch {
	case fileSumForm.MatchString(s):
		return nil
	case s == "":
		return notEmpty(s)
	case hasPrefix:
		return object("write the digits alone", "%s begins with sha256:", quote(s))
	case fileSumForm.MatchString(strings.ToLower(bare)):
		return object("write "+strings.ToLower(bare), "a checksum in capital letters")
	}
	return object("print it with: "+ChecksumCommand(""), "wanted 64 hexadecimal digits, found %d characters: %s", len(s), quote(s))
}
