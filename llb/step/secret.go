package step

// Secrets that a step may be given, by id; each is mounted at SecretPath(id),
// or where the program that reads it looks, and never required.
const (
	SecretCA             = "ca"              // PEM certificates that are trusted beside the usual ones
	SecretGitConfig      = "gitconfig"       // settings of git
	SecretGitCredentials = "git-credentials" // credentials of git, a URL each
	SecretKnownHosts     = "known_hosts"     // keys of hosts that modules are fetched from over ssh
	SecretNetrc          = "netrc"           // credentials for module proxies and hosts
)

// Where ssh looks in a step.
const (
	SSHAgent   = "/run/gohull/ssh-agent"    // socket of the agent that --ssh brings, if it does
	KnownHosts = "/etc/ssh/ssh_known_hosts" // keys of hosts beside the user's own; SecretKnownHosts is mounted there
)

// SecretPath is where a step finds a secret.
func SecretPath(id string) string { return "/run/secrets/" + id }

// Secret is a secret that users may pass with --secret.
type Secret struct {
	ID, Meaning string
}

// Secrets lists the secrets, by id.
func Secrets() []Secret {
	return []Secret{
		{SecretCA, "PEM certificates that steps with network trust beside the usual ones, as a company's proxy needs; they never reach the image"},
		{SecretGitConfig, "settings of git, for modules that are fetched without a proxy, in the form of a `.gitconfig` file: `url.….insteadOf` for fetching over ssh"},
		{SecretGitCredentials, "credentials of git, as its helper `store` keeps them in `.git-credentials`"},
		{SecretKnownHosts, "keys of the hosts that modules are fetched from over ssh, as `ssh-keyscan` prints them"},
		{SecretNetrc, "credentials for module proxies and for the hosts of modules, git among it, in the form of a `.netrc` file"},
	}
}
