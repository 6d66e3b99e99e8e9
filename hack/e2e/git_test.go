package e2e

import (
	"crypto/ed25519"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
	"golang.org/x/tools/txtar"
)

// gitHost is a host that has modules in git repositories: over https for those
// who have the password, over ssh for those who have the key. It answers
// everybody where the repositories are.
type gitHost struct {
	*private
	proxy string // to pass as HTTPS_PROXY, so that the host is found

	SSH        string // its address for git: ssh://git@127.0.0.1:…
	KnownHosts string // file of its key
	Agent      string // socket of an agent that has the key to it
}

func newGitHost(t testing.TB, all modules) *gitHost {
	t.Helper()
	root := t.TempDir()
	for name, files := range all {
		addVersion(t, root, name, files)
	}
	h := &gitHost{private: &private{Password: "pa55word-of-" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-"))}}
	h.serve(t, h.repositories(root))
	h.proxy = h.tunnel(t)
	h.serveSSH(t, root)
	return h
}

// addVersion adds a module, as "path@version", to its repository.
func addVersion(t testing.TB, root, name string, files map[string]string) {
	t.Helper()
	modulePath, version, _ := strings.Cut(name, "@")
	_, below, _ := strings.Cut(modulePath, "/")
	repository := filepath.Join(root, below+".git")
	if _, err := os.Stat(repository); err != nil {
		git(t, root, "init", "--quiet", "--bare", repository)
	}
	work := write(t, files)
	git(t, work, "init", "--quiet")
	git(t, work, "add", ".")
	git(t, work, "commit", "--quiet", "--message="+version)
	git(t, work, "push", "--quiet", repository, "HEAD:refs/tags/"+version)
}

// repositories answers ?go-get=1, and git when it has the password.
func (h *gitHost) repositories(root string) http.Handler {
	backend := h.guarded(&cgi.Handler{
		Path: filepath.Join(gitPrograms(), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"},
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("go-get") != "1" {
			backend.ServeHTTP(w, r)
			return
		}
		name := r.Host + r.URL.Path
		fmt.Fprintf(w, `<meta name="go-import" content="%[1]s git https://%[1]s.git">`, name)
	})
}

func gitPrograms() string {
	out, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(out))
}

// serveSSH serves the repositories to those who have a new key, and starts an
// agent that has it.
func (h *gitHost) serveSSH(t testing.TB, root string) {
	t.Helper()
	_, userKey := newKey(t)
	user, _ := newKeyOf(t, userKey)
	host, _ := newKey(t)
	server := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(user.PublicKey().Marshal()) {
			return nil, fmt.Errorf("another key")
		}
		return nil, nil
	}}
	server.AddHostKey(host)
	l := listen(t, "tcp", "127.0.0.1:0", func(conn net.Conn) { serveGit(conn, server, root) })
	address := l.Addr().String()
	h.SSH = "ssh://git@" + address
	h.KnownHosts = filepath.Join(write(t, map[string]string{
		"known_hosts": knownhosts.Line([]string{knownhosts.Normalize(address)}, host.PublicKey()) + "\n",
	}), "known_hosts")

	keys := agent.NewKeyring()
	if err := keys.Add(agent.AddedKey{PrivateKey: userKey}); err != nil {
		t.Fatal(err)
	}
	h.Agent = serveKeys(t, keys)
}

// serveKeys starts an agent and gives its socket.
func serveKeys(t testing.TB, keys agent.Agent) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent-*") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "agent")
	listen(t, "unix", socket, func(conn net.Conn) { agent.ServeAgent(keys, conn) })
	return socket
}

func newKey(t testing.TB) (ssh.Signer, ed25519.PrivateKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return newKeyOf(t, key)
}

func newKeyOf(t testing.TB, key ed25519.PrivateKey) (ssh.Signer, ed25519.PrivateKey) {
	t.Helper()
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer, key
}

// listen serves connections until the test ends.
func listen(t testing.TB, network, address string, serve func(net.Conn)) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return l
}

// serveGit answers the one command that fetching takes.
func serveGit(conn net.Conn, config *ssh.ServerConfig, root string) {
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		for r := range requests {
			var command struct{ Line string }
			if r.Type != "exec" || ssh.Unmarshal(r.Payload, &command) != nil {
				r.Reply(false, nil)
				continue
			}
			r.Reply(true, nil)
			status := struct{ Code uint32 }{upload(channel, command.Line, root)}
			channel.SendRequest("exit-status", false, ssh.Marshal(status))
			channel.Close()
		}
	}
}

// upload runs "git-upload-pack 'path'" and gives its exit code.
func upload(channel ssh.Channel, line, root string) uint32 {
	name, ok := strings.CutPrefix(line, "git-upload-pack ")
	if !ok {
		fmt.Fprintln(channel.Stderr(), "no such command")
		return 127
	}
	repository := filepath.Join(root, path.Clean("/"+strings.Trim(name, "'")))
	cmd := exec.Command("git", "upload-pack", repository)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = channel, channel, channel.Stderr()
	if cmd.Run() != nil {
		return 128
	}
	return 0
}

// rewriting is a gitconfig that has git fetch from the host over ssh.
func (h *gitHost) rewriting(t testing.TB) string {
	t.Helper()
	return filepath.Join(write(t, map[string]string{
		"gitconfig": "[url \"" + h.SSH + "/\"]\n\tinsteadOf = https://example.com/\n",
	}), "gitconfig")
}

// args are those of a build that may find the host, and trusts it.
func (h *gitHost) args(more ...string) []string {
	return append(more, "--secret=id=ca,src="+h.CA, "--build-arg=HTTPS_PROXY="+h.proxy, "--provenance=mode=max")
}

// build is one of a program that needs a module of the host, which the spec
// calls private.
func (h *gitHost) build(t testing.TB, c company, spec string, args ...string) buildx.Build {
	t.Helper()
	return plain(t, write(t, c.greeting(t, "modules: {private: [example.com]}\n"+spec)), h.args(args...)...)
}

// TestGitHost fetches a module from a repository, in each of the ways that
// its users may have the right to.
func TestGitHost(t *testing.T) {
	tests := []struct {
		name, spec string
		args       func(*gitHost) []string
	}{
		{"netrc", "", func(h *gitHost) []string { return []string{"--secret=id=netrc,src=" + h.Netrc} }},
		{"credentials", "", func(h *gitHost) []string {
			file := filepath.Join(write(t, map[string]string{"stored": "https://gopher:" + h.Password + "@example.com\n"}), "stored")
			return []string{"--secret=id=git-credentials,src=" + file}
		}},
		{"ssh", "checks: [tidy]\n", func(h *gitHost) []string {
			return []string{"--ssh=default=" + h.Agent, "--secret=id=gitconfig,src=" + h.rewriting(t), "--secret=id=known_hosts,src=" + h.KnownHosts}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany()
			h := newGitHost(t, c.modules)
			b := h.build(t, c, test.spec, test.args(h)...)
			b.Push = ref(t)
			r := succeed(t, b)
			prints(t, b.Push, "hello from a private module\n")
			h.keptSecret(t, r, b.Push)
		})
	}
}

// TestGitHostRefuses leaves out what a build has to be given, or gives
// something else: the error says what.
func TestGitHostRefuses(t *testing.T) {
	c := newCompany()
	h := newGitHost(t, c.modules)
	module := c.unique.Replace("example.com/greet")
	address := "https://" + module + ".git"
	wrong := write(t, map[string]string{"netrc": "machine example.com login gopher password guessed\n"})
	rewriting, hosts := "--secret=id=gitconfig,src="+h.rewriting(t), "--secret=id=known_hosts,src="+h.KnownHosts
	const passwordless = "fatal: could not read Username for 'https://example.com': terminal prompts disabled; "
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, passwordless + "no password was passed; for one, write `machine example.com` in a netrc file: --secret id=netrc,src=$HOME/.netrc; " +
			"for ssh, have git rewrite the address: --ssh default --secret id=gitconfig,src=$HOME/.gitconfig --secret id=known_hosts,src=$HOME/.ssh/known_hosts"},
		{"another password", []string{"--secret=id=netrc,src=" + filepath.Join(wrong, "netrc")}, passwordless + "the host refuses what the secret netrc has for `machine example.com`"},
		{"no agent", []string{rewriting, hosts}, "git@127.0.0.1: Permission denied (publickey); no ssh agent was passed: --ssh default"},
		{"another key", []string{rewriting, hosts, "--ssh=default=" + serveKeys(t, agent.NewKeyring())},
			"git@127.0.0.1: Permission denied (publickey); the agent that --ssh default passes has no key that 127.0.0.1 accepts; `ssh-add -l` lists those it has"},
		{"unknown host", []string{rewriting, "--ssh=default=" + h.Agent},
			"Host key verification failed; the secret known_hosts was not passed; it has to hold the host's key: --secret id=known_hosts,src=$HOME/.ssh/known_hosts"},
	}
	for _, test := range tests {
		r := run(t, h.build(t, c, "", test.args...))
		want := "go.mod:5: " + module + ": reading " + module + "/go.mod at revision v1.0.0: git ls-remote " + address + ": " + test.want
		if r.Exit == 0 || !hasLine(r.Text, want) {
			t.Errorf("%s: exit code %d, and this was printed, want the line %q:\n%s", test.name, r.Exit, want, r.Text)
		}
		if strings.Contains(r.Text, "guessed") {
			t.Errorf("%s: the password was printed:\n%s", test.name, r.Text)
		}
	}
}

// TestGitHostWithoutGit names a toolchain that cannot fetch from a
// repository.
func TestGitHostWithoutGit(t *testing.T) {
	c := newCompany()
	h := newGitHost(t, c.modules)
	r := run(t, h.build(t, c, "toolchain: golang:"+goVersion()+"-alpine\n"))
	const want = "executable file not found in $PATH; the toolchain has no git and ssh, which fetching without a proxy takes: " +
		"name an image that has, as in `toolchain: golang:<version>-bookworm`, a proxy that has the module, or run `go mod vendor`"
	if r.Exit == 0 || !strings.Contains(r.Text, "go.mod:5: "+c.unique.Replace("example.com/greet")) || !strings.Contains(r.Text, want) {
		t.Errorf("exit code %d, and this was printed, want %q:\n%s", r.Exit, want, r.Text)
	}
}

// TestExamplePrivateModule has the host that the example names.
func TestExamplePrivateModule(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/greet.txtar")
	if err != nil {
		t.Fatal(err)
	}
	greet := map[string]string{}
	for _, f := range ar.Files {
		greet[f.Name] = string(f.Data)
	}
	h := newGitHost(t, modules{"git.example.com/acme/greet@v1.0.0": greet})
	netrc := filepath.Join(write(t, map[string]string{
		"netrc": "machine git.example.com login gopher password " + h.Password + "\n",
	}), "netrc")
	im := buildExample(t, "private-module", h.args("--secret=id=netrc,src="+netrc)...)
	if exit, got := output(t, im); exit != 0 || got != "Hello, gopher, from a private module!\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
}
