package failure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// hints are what to do about messages of which the go command cannot know
// that it runs in a step. The first that fits holds; found is what its
// expression captured.
var hints = []struct {
	when *regexp.Regexp
	hint func(found []string, g Given) string
}{
	{
		regexp.MustCompile(`x509: certificate signed by unknown authority|server certificate verification failed|SSL certificate problem`),
		always("pass the certificate that signs it with --secret id=ca,src=<file>"),
	},
	{
		regexp.MustCompile(`reading https?://\S+/lookup/\S+: 4(?:04|10) `),
		always("the checksum database knows no private modules: name them in `modules: {private: […]}`, or only keep them from the database with --build-arg GONOSUMDB=<pattern>"),
	},
	{
		regexp.MustCompile(`https?://([^/\s"]+)\S*: 40([13]) `),
		func(found []string, g Given) string {
			if found[2] == "3" && !g.Netrc {
				return "if the host wants a password, pass one " + netrcFor(found[1])
			}
			return g.password(found[1])
		},
	},
	{
		regexp.MustCompile(`reading https?://\S+/@v/\S+: 4(?:04|10) `),
		always("the proxy does not have it: see that the version is right, and, where the module is private, name it in `modules: {private: […]}`"),
	},
	{
		regexp.MustCompile(`could not read Username for '(https?://[^/']+)'`),
		func(found []string, g Given) string { return g.gitPassword(found[1]) },
	},
	{
		regexp.MustCompile(`Authentication failed for '(https?://[^/']+)`),
		func(found []string, g Given) string { return g.gitPassword(found[1]) },
	},
	{
		regexp.MustCompile(`(?:@(\S+): )?Permission denied \(publickey`),
		func(found []string, g Given) string { return g.key(found[1]) },
	},
	{
		regexp.MustCompile(`Host key verification failed`),
		func(_ []string, g Given) string { return g.hostKey() },
	},
	{
		regexp.MustCompile(`remote: Repository not found|fatal: repository '\S+' not found`),
		always("it does not exist, or what the build was given may not read it"),
	},
	{
		regexp.MustCompile(`exec: "git": executable file not found|cannot run ssh: No such file`),
		always("the toolchain has no git and ssh, which fetching without a proxy takes: name an image that has, as in `toolchain: golang:<version>-bookworm`, a proxy that has the module, or run `go mod vendor`"),
	},
	{
		regexp.MustCompile(`C compiler "([^"]+-linux-[^"]+)" not found`),
		func(found []string, _ Given) string {
			return fmt.Sprintf("to compile for this platform, remove the key `toolchain`: gohull adds the compiler to the official image, and `cgo: static` makes a program that also runs on a base with musl; "+
				"or name an image that has Go and %s, or another compiler with CC in `build.env`", found[1])
		},
	},
	{
		regexp.MustCompile(`C compiler "([^"]+)" not found`),
		func(found []string, _ Given) string {
			return fmt.Sprintf("name an image that has Go and %s with the key `toolchain`, or another compiler with CC in `build.env`", found[1])
		},
	},
	{
		regexp.MustCompile(`fatal error: \S+: No such file or directory`),
		always("the compile has the package's module, what its #cgo lines name in the build context, and the toolchain's image: name its directory, as in `#cgo CFLAGS: -I${SRCDIR}/../include`, or with the key `toolchain` an image that has it"),
	},
	{
		regexp.MustCompile(`build constraints exclude all Go files in /\S+@v`),
		always("if they import \"C\", write `build: {cgo: true}`"),
	},
	{
		regexp.MustCompile(`cannot find -l\S+`),
		always("name an image that has the library with the key `toolchain`"),
	},
	{
		regexp.MustCompile(`exec: "[^"]*pkg-config": executable file not found`),
		always("name an image that has it with the key `toolchain`"),
	},
	{
		regexp.MustCompile(`import lookup disabled by -mod=vendor`),
		always("run: go mod vendor"),
	},
}

func always(hint string) func([]string, Given) string {
	return func([]string, Given) string { return hint }
}

const passNetrc = "--secret id=netrc,src=$HOME/.netrc"

// netrcFor says how to pass a password for a host.
func netrcFor(host string) string { return fmt.Sprintf("for `machine %s`: %s", host, passNetrc) }

// password returns what to do when a host wants another password than it got.
// The go command looks for a host with its port.
func (g Given) password(host string) string {
	name, _, hasPort := strings.Cut(host, ":")
	switch {
	case !g.Netrc:
		return "the secret netrc was not passed; it has to hold a password " + netrcFor(host)
	case slices.Contains(g.Machines, host):
		return fmt.Sprintf("the host refuses what the secret netrc has for `machine %s`", host)
	case hasPort && slices.Contains(g.Machines, name):
		return fmt.Sprintf("the secret netrc has `machine %s`, and the go command looks for `machine %s`", name, host)
	}
	return fmt.Sprintf("the secret netrc has no `machine %s`", host)
}

// gitPassword returns the same for git, which takes a password from other secrets,
// too, and looks for hosts without their ports.
func (g Given) gitPassword(address string) string {
	_, host, _ := strings.Cut(address, "://")
	host = host[strings.Index(host, "@")+1:]
	name, _, _ := strings.Cut(host, ":")
	switch {
	case slices.Contains(g.Machines, name):
		return fmt.Sprintf("the host refuses what the secret netrc has for `machine %s`", name)
	case g.GitCredentials || g.GitConfig:
		return fmt.Sprintf("the host refuses what these secrets have for %s, or they have nothing: %s", host, g.list())
	case g.Netrc:
		return fmt.Sprintf("the secret netrc has no `machine %s`", name)
	}
	return fmt.Sprintf("no password was passed; for one, write `machine %s` in a netrc file: %s; "+
		"for ssh, have git rewrite the address: --ssh default --secret id=gitconfig,src=$HOME/.gitconfig --secret id=known_hosts,src=$HOME/.ssh/known_hosts", name, passNetrc)
}

// list names the secrets that git has for passwords.
func (g Given) list() string {
	var ids []string
	for _, s := range []struct {
		id    string
		given bool
	}{{"netrc", g.Netrc}, {"gitconfig", g.GitConfig}, {"git-credentials", g.GitCredentials}} {
		if s.given {
			ids = append(ids, s.id)
		}
	}
	return strings.Join(ids, ", ")
}

// key returns what to do when a host accepts no key over ssh.
func (g Given) key(host string) string {
	if host == "" {
		host = "the host"
	}
	if !g.Agent {
		return "no ssh agent was passed: --ssh default"
	}
	return fmt.Sprintf("the agent that --ssh default passes has no key that %s accepts; `ssh-add -l` lists those it has", host)
}

// hostKey returns what to do when a host's own key is not known.
func (g Given) hostKey() string {
	const pass = "--secret id=known_hosts,src=$HOME/.ssh/known_hosts"
	if !g.KnownHosts {
		return "the secret known_hosts was not passed; it has to hold the host's key: " + pass
	}
	return "the secret known_hosts has no key of the host, or another one; `ssh-keyscan <host>` prints those that the host has"
}

// unprovided is an import that no module has, in the go command's words with
// and without an explicit -mod.
var unprovided = regexp.MustCompile(`^(?:no required module provides package|cannot find module providing package) ([^\s;:]+)(?:$|; to add it:\n\tgo get |: import lookup disabled by -mod=(readonly|vendor))`)

const unprovidedWords = "no required module provides package "

// imported rewords what is wrong with an import. A package whose path is the
// project's own is a directory that is missing: nobody else has it.
func (at Place) imported(message string) string {
	found := unprovided.FindStringSubmatch(message)
	if found == nil {
		return message
	}
	dir, own := at.own(found[1])
	switch {
	case own:
		return "package " + found[1] + " is this module's own, and it has no Go files in ./" + dir + "; see that the import is spelt right"
	case found[2] == "vendor":
		return message
	}
	return unprovidedWords + found[1] + "; to add it:\n\tgo get " + found[1]
}

// response is what a host says of its answer, as the go command shows it. It
// is the reason, and comes before what to do.
var response = regexp.MustCompile(`^\tserver response:(?: ([^\n]+)$|\n)`)

// pageNotFound is a response that says nothing but its status.
var pageNotFound = regexp.MustCompile(`^4\d\d page not found$`)

// hinted returns a message with what to do about it, at the end of its first line,
// or after what a host says.
func (g Given) hinted(message string) string {
	for _, h := range hints {
		found := h.when.FindStringSubmatch(message)
		if found == nil {
			continue
		}
		first, rest, _ := strings.Cut(message, "\n")
		if said := response.FindStringSubmatch(rest); said != nil && pageNotFound.MatchString(said[1]) {
			return first + "; " + h.hint(found, g)
		} else if said != nil && said[1] != "" {
			return first + ": " + said[1] + "; " + h.hint(found, g)
		} else if said != nil {
			return message + "\n\t" + h.hint(found, g)
		}
		if rest != "" {
			rest = "\n" + rest
		}
		return first + "; " + h.hint(found, g) + rest
	}
	return message
}
