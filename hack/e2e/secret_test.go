package e2e

import (
	"net"
	"strings"
	"testing"
)

// TestSecretChanges builds again with another password, and then without:
// secrets are no part of what a step is known by.
func TestSecretChanges(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	dir := write(t, c.greeting(t, ""))
	proxy := "--build-arg=GOPROXY=" + p.URL
	first := succeed(t, plain(t, dir, append(p.secrets(), proxy)...))
	if v, _ := first.Vertex("compile app"); !v.Ran() {
		t.Errorf("the first build had the step %+v, want it to run", v)
	}
	other := newPrivate(t, c.modules)
	for _, secrets := range [][]string{other.secrets(), nil} {
		again := succeed(t, plain(t, dir, append(secrets, proxy)...))
		if v, ok := again.Vertex("compile app"); !ok || v.Ran() {
			t.Errorf("with the secrets %q the build had the step %+v, want it CACHED", secrets, v)
		}
	}
}

// TestSecretFromEnvironment passes the secrets as variables.
func TestSecretFromEnvironment(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	b := plain(t, write(t, c.greeting(t, "")), "--secret=id=ca,env=COMPANY_CA", "--secret=id=netrc,env=COMPANY_NETRC", "--build-arg=GOPROXY="+p.URL, "--provenance=mode=max")
	b.Env = []string{"COMPANY_CA=" + read(t, p.CA), "COMPANY_NETRC=" + read(t, p.Netrc)}
	b.Push = ref(t)
	r := succeed(t, b)
	prints(t, b.Push, "hello from a private module\n")
	p.keptSecret(t, r, b.Push)
}

// TestSecretUnusable passes something else than certificates, and
// credentials where all could read them.
func TestSecretUnusable(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	dir := write(t, c.greeting(t, ""))
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"--secret=id=ca,src=" + p.Netrc}, "secret /run/secrets/ca: found no certificate, want PEM blocks of type CERTIFICATE"},
		{[]string{"--build-arg=GOPROXY=" + strings.Replace(p.URL, "://", "://gopher:"+p.Password+"@", 1)},
			"build arg GOPROXY: credentials for \"" + strings.TrimPrefix(p.URL, "https://") + "\" would reach the cache and the provenance; remove them, and pass them as the secret netrc: --secret id=netrc,src=$HOME/.netrc"},
	}
	for _, test := range tests {
		r := run(t, plain(t, dir, test.args...))
		if r.Exit == 0 || !hasLine(r.Text, test.want) {
			t.Errorf("exit code %d, and this was printed, want the line %q:\n%s", r.Exit, test.want, r.Text)
		}
		if strings.Contains(r.Text, p.Password) {
			t.Errorf("the password was printed:\n%s", r.Text)
		}
	}
}

// TestSecretOfToolchain asks a proxy without a password for the toolchain,
// and with one for a toolchain that it does not have.
func TestSecretOfToolchain(t *testing.T) {
	p := newPrivate(t, companyModules)
	host, _, _ := net.SplitHostPort(strings.TrimPrefix(p.URL, "https://"))
	dir := write(t, map[string]string{
		"Dockerfile": "toolchain: module\n",
		"go.mod":     goMod("example.com/app"),
		"main.go":    "package main\n\nfunc main() {}\n",
	})
	got := "go" + goVersion() + " for linux/amd64: GET " + p.URL + "/golang.org/toolchain/@v/v0.0.1-go" + goVersion() + ".linux-amd64.info: "
	tests := []struct {
		secrets []string
		want    string
	}{
		{p.secrets()[:1], got + "401 Unauthorized: who are you?; pass credentials for " + host + " with --secret id=netrc,src=<file>, or name another proxy with --build-arg GOPROXY=…"},
		{p.secrets(), got + "404 Not Found; see that go" + goVersion() + " is a release for linux/amd64, or name another proxy with --build-arg GOPROXY=…"},
	}
	for _, test := range tests {
		r := run(t, plain(t, dir, append(test.secrets, "--build-arg=GOPROXY="+p.URL)...))
		if r.Exit == 0 || !hasLine(r.Text, test.want) {
			t.Errorf("exit code %d, and this was printed, want the line %q:\n%s", r.Exit, test.want, r.Text)
		}
	}
}
