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
		regexp.MustCompile(`C compiler "([^"]+)" not found`),
		"name an image that has Go and $1 with the key `toolchain`, or another compiler with CC in `build.env`",
	},
	{
		regexp.MustCompile(`fatal error: (\S+\.h[a-z]*): No such file or directory`),
		"it is neither in the module nor in the toolchain's image; name an image that has it with the key `toolchain`",
	},
	{
		regexp.MustCompile(`build constraints exclude all Go files in /\S+@v`),
		"if they import \"C\", write `build: {cgo: true}`",
	},
	{
		regexp.MustCompile(`cannot find -l\S+`),
		"name an image that has the library with the key `toolchain`",
	},
	{
		regexp.MustCompile(`exec: "[^"]*pkg-config": executable file not found`),
		"name an image that has it with the key `toolchain`",
	},
	{
		regexp.MustCompile(`import lookup disabled by -mod=vendor`),
		"run: go mod vendor",
	},
}

// unprovided is an import that no module has, in the go command's words with
// and without an explicit -mod=readonly.
var unprovided = regexp.MustCompile(`^(?:no required module provides package|cannot find module providing package) ([^\s;:]+)(?:; to add it:\n\tgo get |: import lookup disabled by -mod=readonly)`)

// imported rewords what is wrong with an import. A package whose path is the
// module's own is a folder that is missing: nobody else has it.
func (m Mod) imported(message string) string {
	found := unprovided.FindStringSubmatch(message)
	if found == nil {
		return message
	}
	folder, ok := strings.CutPrefix(found[1], m.path+"/")
	if m.path == "" || !ok {
		return "no required module provides package " + found[1] + "; to add it:\n\tgo get " + found[1]
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
