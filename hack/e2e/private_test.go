package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/goproxy/goproxy"
)

// private is a host that few may read from: it has a certificate that no
// system knows, and asks for a password.
type private struct {
	URL      string // https://127.0.0.1:…
	CA       string // file of the certificate
	Netrc    string // file that has the password for it, and for example.com
	Password string

	mu    sync.Mutex
	asked []string // paths of the requests
}

func newPrivate(t testing.TB, files http.Handler) *private {
	t.Helper()
	p := &private{Password: "pa55word-of-" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-"))}
	p.serve(t, p.guarded(files))
	return p
}

// guarded is a handler that asks for the password.
func (p *private) guarded(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "gopher" || password != p.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="modules"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// serve starts the host.
func (p *private) serve(t testing.TB, files http.Handler) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.URL.Path)
		p.mu.Unlock()
		files.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake that fails is what some want
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	login := fmt.Sprintf(" login gopher password %s\n", p.Password)
	dir := write(t, map[string]string{"ca.pem": string(ca), "netrc": "machine " + server.Listener.Addr().String() + login + "machine example.com" + login})
	p.URL, p.CA, p.Netrc = server.URL, filepath.Join(dir, "ca.pem"), filepath.Join(dir, "netrc")
}

// tunnel is an HTTP proxy, for https alone, that leads to the host whatever
// name is asked for.
func (p *private) tunnel(t testing.TB) string {
	t.Helper()
	host := strings.TrimPrefix(p.URL, "https://")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", host)
		if err != nil || r.Method != http.MethodConnect {
			http.Error(w, "cannot connect", http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(there, here)
		io.Copy(here, there)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// requests are the paths that were asked for so far.
func (p *private) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *private) secrets() []string {
	return []string{"--secret=id=ca,src=" + p.CA, "--secret=id=netrc,src=" + p.Netrc}
}

// TestPrivateProxy fetches a module from a proxy, as companies run it, that
// only those know who have its certificate and a password.
func TestPrivateProxy(t *testing.T) {
	c := newCompany()
	upstream := httptest.NewServer(c.modules)
	defer upstream.Close()
	fetcher := &goproxy.GoFetcher{Env: []string{"GOPROXY=" + upstream.URL, "GOSUMDB=off"}}
	p := newPrivate(t, &goproxy.Goproxy{Fetcher: fetcher})
	b := plain(t, write(t, c.greeting(t, "")), append(p.secrets(), "--build-arg=GOPROXY="+p.URL, "--provenance=mode=max")...)
	b.Push = ref(t)
	r := succeed(t, b)
	prints(t, b.Push, "hello from a private module\n")
	p.keptSecret(t, r, b.Push)
}

// TestPrivateProxyRefuses builds without one secret or the other, or with
// one that has something else: the error names it.
func TestPrivateProxyRefuses(t *testing.T) {
	c := newCompany()
	p := newPrivate(t, c.modules)
	host := strings.TrimPrefix(p.URL, "https://")
	module := c.unique.Replace("example.com/greet")
	zip := p.URL + "/" + module + "/@v/v1.0.0.zip"
	unauthorized := "go.mod:5: " + module + "@v1.0.0: reading " + zip + ": 401 Unauthorized: who are you?; "
	netrc := func(machine string) string {
		dir := write(t, map[string]string{"netrc": "machine " + machine + " login gopher password guessed\n"})
		return "--secret=id=netrc,src=" + filepath.Join(dir, "netrc")
	}
	tests := []struct {
		secrets []string
		want    string
	}{
		{nil, "go.mod:5: " + module + `@v1.0.0: Get "` + zip + `": tls: failed to verify certificate: x509: certificate signed by unknown authority; ` +
			"pass the certificate that signs it with --secret id=ca,src=<file>"},
		{p.secrets()[:1], unauthorized + "the secret netrc was not passed; it has to hold a password for `machine " + host + "`: --secret id=netrc,src=$HOME/.netrc"},
		{append(p.secrets()[:1], netrc(host)), unauthorized + "the host refuses what the secret netrc has for `machine " + host + "`"},
		{append(p.secrets()[:1], netrc("127.0.0.1")), unauthorized + "the secret netrc has `machine 127.0.0.1`, and the go command looks for `machine " + host + "`"},
	}
	for _, test := range tests {
		r := run(t, plain(t, write(t, c.greeting(t, "")), append(test.secrets, "--build-arg=GOPROXY="+p.URL)...))
		if r.Exit == 0 || !hasLine(r.Text, test.want) {
			t.Errorf("exit code %d, and this was printed, want the line %q:\n%s", r.Exit, test.want, r.Text)
		}
	}
}

// TestPrivateHost fetches a module from its own host, as modules.private or
// GOPRIVATE says. The way there is a proxy for https.
func TestPrivateHost(t *testing.T) {
	tests := []struct{ name, spec, arg string }{
		{"spec", "modules: {private: [example.com]}\n", ""},
		{"arg", "", "--build-arg=GOPRIVATE=example.com"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany()
			p := newPrivate(t, c.modules)
			args := append(p.secrets(), "--build-arg=HTTPS_PROXY="+p.tunnel(t), "--provenance=mode=max")
			if test.arg != "" {
				args = append(args, test.arg)
			}
			b := plain(t, write(t, c.greeting(t, test.spec)), args...)
			b.Push = ref(t)
			r := succeed(t, b)
			prints(t, b.Push, "hello from a private module\n")
			p.keptSecret(t, r, b.Push)
		})
	}
}

// keptSecret checks that neither the password nor the certificate is in what
// a build printed or pushed.
func (p *private) keptSecret(t *testing.T, r buildx.Result, ref string) {
	t.Helper()
	ca := read(t, p.CA)
	secrets := []string{p.Password, base64.StdEncoding.EncodeToString([]byte("gopher:" + p.Password)), ca[100:160]}
	places := published(t, ref)
	progress, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	places["what was printed"] = progress
	for place, data := range places {
		for _, secret := range secrets {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q", place, secret)
			}
		}
	}
	for _, want := range []string{"layer of linux/amd64", "config of linux/amd64", "layer of unknown/unknown"} {
		if len(places[want+" 0"]) == 0 {
			t.Errorf("the image has no %s", want)
		}
	}
}

// published is all that was pushed under a name: manifests, configs, layers
// and attestations, uncompressed.
func published(t *testing.T, ref string) map[string][]byte {
	t.Helper()
	name, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(name, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]byte{}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range manifest.Manifests {
		im, err := index.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		addImage(t, places, d.Platform.String(), im)
	}
	return places
}

func addImage(t *testing.T, places map[string][]byte, platform string, im v1.Image) {
	t.Helper()
	read := func(place string, data []byte, err error) {
		if err != nil {
			t.Fatalf("%s of %s: %v", place, platform, err)
		}
		places[place] = data
	}
	manifest, err := im.RawManifest()
	read("manifest of "+platform, manifest, err)
	config, err := im.RawConfigFile()
	read("config of "+platform+" 0", config, err)
	layers, err := im.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for i, layer := range layers {
		stream, err := layer.Uncompressed()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(stream)
		stream.Close()
		read(fmt.Sprintf("layer of %s %d", platform, i), data, err)
	}
}

// hasLine reports whether a line of the text, or what follows "ERROR: …
// solve: " in it, is the one.
func hasLine(text, want string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "ERROR: failed to build: failed to solve: ")
		if line == want {
			return true
		}
	}
	return false
}
