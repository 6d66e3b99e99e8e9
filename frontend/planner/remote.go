package planner

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// scpForm is an address as ssh has it: "git@host.example:path". Two colons
// mean a helper of git's, as in "codecommit::region://name".
var scpForm = regexp.MustCompile(`^(?:[^@/:\s]+@)?([^@/:\s]+):([^/:].*)$`)

// repositoryURL returns the address of a repository as people read it, the same
// for a checkout over ssh and one over https, and without credentials. It is
// empty for a path, a helper of git's, and a name that only the client's own
// settings know.
func repositoryURL(remote string) string {
	if m := scpForm.FindStringSubmatch(remote); m != nil && !strings.Contains(remote, "://") {
		remote = "ssh://" + m[1] + "/" + m[2]
	}
	u, err := url.Parse(remote)
	if err != nil || strings.Contains(remote, "::") {
		return ""
	}
	switch u.Scheme {
	case "ssh", "git", "git+ssh", "ssh+git":
		u.Scheme, u.Host = "https", u.Hostname() // the port is another protocol's
	case "http", "https":
	default:
		return ""
	}
	u.Host = strings.ToLower(u.Host)
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	u.Path, u.RawPath = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), ".git"), ""
	u = webAddress(u)
	// An account's own directory, and a path above the root, are not pages.
	if !strings.Contains(u.Host, ".") || u.Path == "" || strings.HasPrefix(u.Path, "/~") || path.Clean(u.Path) != u.Path {
		return ""
	}
	return u.String()
}

// azurePath is a path of Azure DevOps over ssh: its organisation, project and
// repository.
var azurePath = regexp.MustCompile(`^/v3/([^/]+)/([^/]+)/([^/]+)$`)

// webAddress returns where a browser finds what a host serves elsewhere over
// ssh.
func webAddress(u *url.URL) *url.URL {
	m := azurePath.FindStringSubmatch(u.Path)
	switch {
	case m == nil:
	case u.Host == "ssh.dev.azure.com":
		u.Host, u.Path = "dev.azure.com", path.Join("/", m[1], m[2], "_git", m[3])
	case u.Host == "vs-ssh.visualstudio.com":
		u.Host, u.Path = m[1]+".visualstudio.com", path.Join("/", m[2], "_git", m[3])
	}
	return u
}
