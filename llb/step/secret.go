package step

// Secrets that a step may be given, by id; each is mounted at SecretPath(id),
// or where the program that reads it looks, and never required.
const (
	SecretCA             = "ca"              // PEM certificates that are trusted in addition to the usual ones
	SecretGitConfig      = "gitconfig"       // settings of git
	SecretGitCredentials = "git-credentials" // credentials of git, a URL each
	SecretKnownHosts     = "known_hosts"     // keys of hosts that modules are fetched from over ssh
	SecretNetrc          = "netrc"           // credentials for module proxies and hosts
)

// Where ssh looks in a step.
const (
	SSHAgent   = "/run/gohull/ssh-agent"    // socket of the agent that --ssh brings, if it does
	KnownHosts = "/etc/ssh/ssh_known_hosts" // keys of hosts, in addition to the user's own; SecretKnownHosts is mounted there
)

// SecretPath returns where a step finds a secret.
func SecretPath(id string) string { return "/run/secrets/" + id }

// Secret is a secret that users may pass with --secret.
type Secret struct {
	ID, Meaning string
}

// Secrets lists the secrets, by id.
func Secrets() []Secret {
	return []Secret{
		{SecretCA, "PEM certificates that steps with a network trust in addition to the usual ones, for example those of a company proxy. They never reach the image"},
		{SecretGitConfig, "git settings for modules that are fetched without a proxy, in the format of `.gitconfig`; for example `url.….insteadOf`, to fetch over ssh"},
		{SecretGitCredentials, "git credentials, in the format of `.git-credentials`"},
		{SecretKnownHosts, "keys of ssh hosts that modules are fetched from, as `ssh-keyscan` prints them"},
		{SecretNetrc, "credentials for module proxies, git hosts and other hosts of modules, in the format of `.netrc`"},
	}
}
