package failure

import (
	"regexp"
	"slices"
	"strings"
)

// Given is what a build was given to fetch with.
type Given struct {
	Netrc          bool     // the secret netrc
	Machines       []string // its machines: "proxy.example", "proxy.example:8443"
	GitConfig      bool     // the secret gitconfig
	GitCredentials bool     // the secret git-credentials
	KnownHosts     bool     // the secret known_hosts
	Agent          bool     // --ssh default
}

// Machines lists the machines of a netrc file.
func Machines(netrc []byte) []string {
	var all []string
	words := strings.Fields(string(netrc))
	for i, word := range words {
		if word == "machine" && i+1 < len(words) {
			all = append(all, words[i+1])
		}
	}
	return all
}

var (
	// atRevision begins a message about a module that is fetched with git.
	atRevision = regexp.MustCompile(`^reading (\S+)/go\.mod at revision (?:\S*/)?(v\S+): `)
	// gitDir is where git runs, which says nothing to a user.
	gitDir = regexp.MustCompile(`( -q)?( --end-of-options)?( origin| \S+://\S+)? in \S+/cache/vcs/[0-9a-f]+`)
	// exitStatus ends the first line of what git says.
	exitStatus = regexp.MustCompile(`exit status \d+:$`)
)

// chatter are lines of git, or about it, that say nothing more.
var chatter = []string{
	"", "fatal: Could not read from remote repository.",
	"Please make sure you have the correct access rights", "and the repository exists.",
	"Confirm the import path was entered correctly.",
	"If this is a private repository, see https://golang.org/doc/faq#git_https for additional information.",
	// The helper that reads the secret git-credentials cannot write to it.
	"fatal: unable to write credential store: Device or resource busy",
}

// gitWords puts what git says of a module on one line: which module, what
// was asked, and what is wrong.
func gitWords(message string) string {
	message = atRevision.ReplaceAllString(message, "$1@$2: ")
	first, rest, _ := strings.Cut(message, "\n")
	first = gitDir.ReplaceAllString(first, "$3")
	if !exitStatus.MatchString(first) {
		return strings.TrimSuffix(first+"\n"+rest, "\n")
	}
	var said []string
	for line := range strings.Lines(rest) {
		if line = strings.TrimSpace(line); !slices.Contains(chatter, line) {
			said = append(said, strings.TrimSuffix(line, "."))
		}
	}
	if said == nil {
		return strings.TrimSuffix(first, ":")
	}
	return exitStatus.ReplaceAllString(first, "") + strings.Join(said, "; ")
}
