package tool

// Secrets that a step may be given, by id; each is mounted at SecretPath(id),
// or where the program that reads it looks, and never required.
const (
	SecretCA         = "ca"          // PEM certificates that are trusted beside the usual ones
	SecretKnownHosts = "known_hosts" // keys of hosts that modules are fetched from over ssh
	SecretNetrc      = "netrc"       // credentials for module proxies and hosts
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
		{SecretKnownHosts, "keys of the hosts that modules are fetched from over ssh, as `ssh-keyscan` prints them"},
		{SecretNetrc, "credentials for module proxies and for the hosts of modules, in the form of a `.netrc` file"},
	}
}
