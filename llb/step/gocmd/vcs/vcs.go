// Package vcs answers the go command instead of git. A step has no repository, and
// needs no git: all that the go command asks about a checkout is known from
// stamps. The go command makes versions and settings of the answers, so that
// they are those of its own release.
package vcs

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step"
)

// Git answers a command line of git about the checkout in the directory source. It
// has no answer for what does not exist, and for what no release of Go asks.
func Git(c step.Checkout, source string, args []string) (answer string, ok bool) {
	command, args := split(args)
	switch command {
	case "status":
		if c.Modified {
			return " M changed\n", true
		}
		return "", true
	case "log", "show":
		return log(c, args)
	case "config":
		isSHA256 := len(c.Commit) == 64 && strings.Join(args, " ") == "extensions.objectformat"
		return "sha256\n", isSHA256
	case "tag":
		return lines("", c.Tags, c.Before), true
	case "for-each-ref":
		return lines("refs/tags/", c.Tags, c.Before), true
	case "cat-file":
		return blob(c, source, args[len(args)-1])
	}
	return "", false
}

// Failed is the exit code of a git that has no answer.
const Failed = 128

// split returns the command and what follows it, without settings before it.
func split(args []string) (command string, rest []string) {
	for len(args) > 1 && args[0] == "-c" {
		args = args[2:]
	}
	if len(args) == 0 {
		return "", nil
	}
	return args[0], args[1:]
}

// log answers about a commit: the one that is checked out, by its name, the
// beginning of that, or one of its tags.
func log(c step.Checkout, args []string) (string, bool) {
	format, rev := "", "HEAD"
	for _, arg := range args {
		if f, ok := strings.CutPrefix(arg, "--format="); ok {
			format = strings.TrimPrefix(f, "format:")
		} else if !strings.HasPrefix(arg, "-") {
			rev = arg
		}
	}
	if !isHead(c, rev) {
		return "", false
	}
	var names []string
	for _, tag := range c.Tags {
		names = append(names, "tag: "+tag)
	}
	text := strings.NewReplacer("%H", c.Commit, "%ct", fmt.Sprint(c.Time), "%D", strings.Join(names, ", "))
	return text.Replace(format) + "\n", true
}

func lines(prefix string, lists ...[]string) string {
	var b strings.Builder
	for _, list := range lists {
		for _, s := range list {
			b.WriteString(prefix + s + "\n")
		}
	}
	return b.String()
}

// blob returns a file of the commit, "<commit>:<name>". It is that of the source: the
// go command asks for go.mod files, to see which version retracts which.
func blob(c step.Checkout, source, name string) (string, bool) {
	commit, name, ok := strings.Cut(name, ":")
	if !ok || !isHead(c, commit) {
		return "", false
	}
	root, err := os.OpenRoot(source)
	if err != nil {
		return "", false
	}
	defer root.Close()
	data, err := regular.ReadIn(root.FS(), name, regular.Text)
	return string(data), err == nil
}

// isHead reports whether a name is that of the commit that is checked out.
func isHead(c step.Checkout, rev string) bool {
	if tag, ok := strings.CutPrefix(rev, "refs/tags/"); ok {
		return slices.Contains(c.Tags, tag)
	}
	return rev == "HEAD" || len(rev) >= 4 && strings.HasPrefix(c.Commit, rev)
}
