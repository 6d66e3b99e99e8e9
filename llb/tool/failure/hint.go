package failure

import (
	"regexp"
	"strings"
)

// hints are what to do about messages of which the go command cannot know
// that it runs in a step. "$1" is what the expression captured.
var hints = []struct {
	when *regexp.Regexp
	hint string
}{
	{
		regexp.MustCompile(`x509: certificate signed by unknown authority`),
		"pass the certificate that signs it with --secret id=ca,src=<file>",
	},
	{
		regexp.MustCompile(`https://([^/\s"]+)\S*: 40[13] `),
		"the secret netrc has to hold a password for `machine $1`: --secret id=netrc,src=$$HOME/.netrc",
	},
	{
		regexp.MustCompile(`could not read Username for 'https://([^/']+)'`),
		"the secret netrc has to hold a password for `machine $1`: --secret id=netrc,src=$$HOME/.netrc",
	},
	{
		regexp.MustCompile(`exec: "git": executable file not found`),
		"name a module proxy that has the module, run `go mod vendor`, or name an image that has Go and git with the key `toolchain`",
	},
	{
		regexp.MustCompile(`import lookup disabled by -mod=vendor`),
		"run: go mod vendor",
	},
}

// unprovided begins the go command's advice to get a package.
var unprovided = regexp.MustCompile(`^no required module provides package ([^\s;]+); to add it:\n\tgo get `)

// own rewords the advice to get a package whose path is the module's own:
// nobody else has it, and it is a folder that is missing.
func (m Mod) own(message string) string {
	found := unprovided.FindStringSubmatch(message)
	if found == nil || m.path == "" {
		return message
	}
	folder, ok := strings.CutPrefix(found[1], m.path+"/")
	if !ok {
		return message
	}
	return "package " + found[1] + " is this module's own, and it has no Go files in ./" + folder + "; see that the import is spelt right, and that no ignore file hides the folder"
}

// hinted is a message with what to do about it, at the end of its first line.
func hinted(message string) string {
	for _, h := range hints {
		found := h.when.FindStringSubmatchIndex(message)
		if found == nil {
			continue
		}
		first, rest, _ := strings.Cut(message, "\n")
		if rest != "" {
			rest = "\n" + rest
		}
		return first + "; " + string(h.when.ExpandString(nil, h.hint, message, found)) + rest
	}
	return message
}
