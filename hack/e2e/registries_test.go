package e2e

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/hack/internal/buildx"
	"golang.org/x/sys/unix"
)

// faqPage explains the errors that BuildKit words.
const faqPage = "docs/faq.md"

// explained checks that a build failed with a message, and that the page for
// such messages has it.
func explained(t *testing.T, r buildx.Result, message string) {
	t.Helper()
	if r.Exit == 0 || !strings.Contains(r.Text, message) {
		t.Errorf("exit code %d, printed\n%s\nwant an error with %q", r.Exit, r.Text, message)
	}
	if !strings.Contains(read(t, filepath.Join("../..", faqPage)), message) {
		t.Errorf("%s does not explain %q", faqPage, message)
	}
}

// poolRegistries names frontends in registries that a node cannot pull from.
// A node treats a registry on its own loopback differently, so these are on
// another machine: this one, as the node sees it.
func poolRegistries(t *testing.T, p *pool) {
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`, http.StatusUnauthorized)
	})
	t.Run("unknown CA", func(t *testing.T) {
		certs := filepath.Join(p.dir, "certs/registry")
		pair, err := tls.LoadX509KeyPair(certs+".pem", certs+"-key.pem")
		if err != nil {
			t.Fatal(err)
		}
		server := serverAt(t, p.gateway, refuse)
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
		server.StartTLS()
		explained(t, run(t, p.on("node-a", frontendAt(t, server))), "tls: failed to verify certificate")
	})
	t.Run("no https", func(t *testing.T) {
		server := serverAt(t, p.gateway, refuse)
		server.Start()
		explained(t, run(t, p.on("node-a", frontendAt(t, server))), "http: server gave HTTP response to HTTPS client")
	})
	t.Run("no password", func(t *testing.T) {
		server := httptest.NewServer(refuse)
		defer server.Close()
		explained(t, run(t, frontendAt(t, server)), "401 Unauthorized")
	})
	t.Run("no access", func(t *testing.T) {
		server := httptest.NewServer(http.HandlerFunc(anonymous))
		defer server.Close()
		explained(t, run(t, frontendAt(t, server)), "pull access denied")
	})
}

// anonymous answers as Docker Hub does: everybody gets a token, which opens
// nothing.
func anonymous(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		io.WriteString(w, `{"token":"anonymous"}`)
		return
	}
	challenge := `Bearer realm="http://` + r.Host + `/token",service="registry"`
	if r.Header.Get("Authorization") != "" {
		challenge += `,error="insufficient_scope"`
	}
	w.Header().Set("WWW-Authenticate", challenge)
	w.WriteHeader(http.StatusUnauthorized)
}

// serverAt is a server at an address, to be started.
func serverAt(t *testing.T, addr string, handler http.Handler) *httptest.Server {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(addr, "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a handshake that fails is what is wanted
	t.Cleanup(server.Close)
	return server
}

// frontendAt is a build whose frontend is in a registry.
func frontendAt(t *testing.T, registry *httptest.Server) buildx.Build {
	t.Helper()
	return buildx.Build{
		Dir:  write(t, map[string]string{"Dockerfile": "# syntax=" + registry.Listener.Addr().String() + "/gohull:1\nmain: .\n"}),
		Args: []string{"--output=type=cacheonly"},
	}
}

// TestNoSpace builds on a node whose disk is full.
func TestNoSpace(t *testing.T) {
	t.Parallel()
	builder := node(t, "no-space", "")
	snapshots := filepath.Join(env(t, "GOHULL_LAB"), "nodes", builder, "root/runc-overlayfs/snapshots/snapshots")
	if err := os.MkdirAll(snapshots, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", snapshots, "tmpfs", 0, "size=20m"); err != nil { // the lab unmounts it
		t.Fatal(err)
	}
	b := pooled(t, "space")
	b.Builder = builder
	explained(t, run(t, b), "no space left on device")
}

// broken is the lab's registry with something wrong.
type broken struct {
	name    string
	status  int           // the answer to uploads; 0: none is refused
	slow    time.Duration // that each answer takes
	away    bool
	message string // the end of the error; empty: there is none
}

func (s *broken) ServeHTTP(w http.ResponseWriter, r *http.Request, registry http.Handler) {
	time.Sleep(s.slow)
	if s.status != 0 && r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(s.status)
		return
	}
	registry.ServeHTTP(w, r)
}

// TestBrokenCache imports and exports a cache from and to a registry that
// refuses, waits, or is away. An import never stops a build. An export does,
// unless errors are ignored.
func TestBrokenCache(t *testing.T) {
	t.Parallel()
	target, err := url.Parse("http://" + env(t, "REGISTRY"))
	if err != nil {
		t.Fatal(err)
	}
	registry := httputil.NewSingleHostReverseProxy(target)
	b := pooled(t, "broken")
	succeed(t, b)
	for _, s := range []*broken{
		{name: "full", status: http.StatusInsufficientStorage, message: "507 Insufficient Storage"},
		{name: "error", status: http.StatusInternalServerError, message: "500 Internal Server Error"},
		{name: "busy", status: http.StatusTooManyRequests, message: "429 Too Many Requests"},
		{name: "away", away: true, message: "connect: connection refused"},
		{name: "slow", slow: 200 * time.Millisecond},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(w, r, registry) }))
			t.Cleanup(server.Close)
			if s.away {
				server.Close()
			}
			brokenCache(t, s, b, server.Listener.Addr().String())
		})
	}
}

func brokenCache(t *testing.T, s *broken, b buildx.Build, addr string) {
	cache := fmt.Sprintf("type=registry,ref=%s/e2e/broken:%s", addr, s.name)
	b.Args = append(slices.Clone(b.Args), "--cache-from="+cache, "--cache-to="+cache+",ignore-error=true")
	succeed(t, b)
	b.Args[len(b.Args)-1] = "--cache-to=" + cache
	r := run(t, b)
	if fails := s.message != ""; fails != (r.Exit != 0) || !strings.Contains(r.Text, s.message) {
		t.Errorf("exit code %d, printed\n%s\nwant %q", r.Exit, r.Text, s.message)
	}
}
