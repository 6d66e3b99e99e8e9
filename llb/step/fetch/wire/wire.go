// Package wire carries the requests that gohull-step makes itself, without a go
// command: it trusts and authenticates as the go command would.
package wire

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gohull/gohull/internal/certs"
	"github.com/gohull/gohull/internal/regular"
	"github.com/jdx/go-netrc"
)

// Wire is an http.RoundTripper that adds credentials, shows the progress of
// large files, ends requests that make none, and remembers what went wrong
// last, for the message.
type Wire struct {
	next     http.RoundTripper
	netrc    *netrc.Netrc // nil without credentials
	patience time.Duration

	mu   sync.Mutex
	log  io.Writer
	what string   // what is being fetched
	last *Trouble // nil when the last request went well
	sent *url.URL // of the last request
}

// Fetching sets what is being fetched, for the log.
func (w *Wire) Fetching(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.what = what
}

// Last returns what was wrong with the last request, or nil when it went well.
func (w *Wire) Last() *Trouble {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// Sent returns the address of the last request, or nil when there was none.
func (w *Wire) Sent() *url.URL {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent
}

// SetPatience sets how long requests may go without progress.
func (w *Wire) SetPatience(d time.Duration) { w.patience = d }

func (w *Wire) trouble(t *Trouble) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = t
}

// Trouble is a request that failed.
type Trouble struct {
	URL    *url.URL
	Status int    // 0 when there was no answer
	Said   string // the first line that came with Status
	Err    error  // nil when there was an answer
	Cut    bool   // whether Err came in the middle of an answer
}

// New trusts the certificates in the file ca in addition to the usual ones, and has
// credentials from the file credentials; neither need exist.
func New(ca, credentials string, log io.Writer) (*Wire, error) {
	extra, err := certs.Extra(ca)
	if err != nil {
		return nil, err
	}
	pool, err := certs.Pool(extra)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	n, err := readNetrc(credentials)
	if err != nil {
		return nil, err
	}
	return &Wire{next: t, netrc: n, log: log, patience: Patience}, nil
}

// longestSecret is how much a file of credentials may have.
const longestSecret = 16 << 20

// readNetrc reads credentials from a file that need not exist.
func readNetrc(file string) (*netrc.Netrc, error) {
	data, err := regular.ReadFile(file, longestSecret)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// The library reads past the end of a file that ends with "machine".
	return netrc.ParseString(string(data) + "\nend of file\n")
}

// RoundTrip sends a request.
func (w *Wire) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.watched(w.authorize(req))
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		// On its own it is not tried again, which would be in vain.
		err = unknown
	}
	switch {
	case err != nil:
		w.answered(req.URL, &Trouble{URL: req.URL, Err: err})
		return nil, err
	case resp.StatusCode >= 400:
		t, err := Refused(resp, req.URL)
		w.answered(req.URL, t)
		return resp, err
	}
	w.answered(req.URL, nil)
	if strings.HasSuffix(req.URL.Path, ".zip") || resp.ContentLength > 1<<20 {
		resp.Body = &meter{ReadCloser: resp.Body, wire: w, total: resp.ContentLength}
	}
	return resp, nil
}

// answered remembers how a request ended.
func (w *Wire) answered(sent *url.URL, t *Trouble) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent, w.last = sent, t
}

// Refused returns what is wrong with an answer to a request. The body can be
// read again afterwards.
func Refused(resp *http.Response, sent *url.URL) (*Trouble, error) {
	said, err := firstLine(resp)
	return &Trouble{URL: sent, Status: resp.StatusCode, Said: said}, err
}

// longestReason is how much of a refusal is read for its reason.
const longestReason = 1 << 10

// firstLine returns what a host says of an error, if that is text. The body
// can be read again afterwards.
func firstLine(resp *http.Response) (string, error) {
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		return "", nil
	}
	begin, err := io.ReadAll(io.LimitReader(resp.Body, longestReason))
	if err != nil {
		return "", errors.Join(err, resp.Body.Close())
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(begin), resp.Body), resp.Body}
	line, _, _ := strings.Cut(strings.TrimSpace(string(begin)), "\n")
	return strings.TrimSpace(line), nil
}

// Refusal returns what a host answered, with its reason.
func (t *Trouble) Refusal() string {
	text := fmt.Sprintf("%d %s", t.Status, http.StatusText(t.Status))
	if t.Said != "" && t.Said != text && !strings.EqualFold(t.Said, http.StatusText(t.Status)) && t.Said != fmt.Sprintf("%d page not found", t.Status) {
		text += ": " + t.Said
	}
	return text
}

// Password returns what to do about a host that refuses a request. Only 401
// says for sure that the host wants a password.
func (t *Trouble) Password() string {
	pass := fmt.Sprintf("pass credentials for %s with --secret id=netrc,src=<file>", t.URL.Hostname())
	if t.Status == http.StatusForbidden {
		return "if it wants a password, " + pass
	}
	return pass
}

// authorize adds the host's credentials of the netrc file, unless there are
// others or they could be read on the way. Only the machine itself counts:
// its default entry would reach any host that a proxy redirects to.
func (w *Wire) authorize(req *http.Request) *http.Request {
	if w.netrc == nil || req.Header.Get("Authorization") != "" || !IsPrivate(req.URL) {
		return req
	}
	m := w.machine(req.URL)
	if m == nil || m.IsDefault || m.Get("password") == "" {
		return req
	}
	req = req.Clone(req.Context())
	req.SetBasicAuth(m.Get("login"), m.Get("password"))
	return req
}

// machine returns a host's entry of the netrc file. Go itself wants the port in its
// name; other programs know of no ports.
func (w *Wire) machine(u *url.URL) *netrc.Machine {
	if m := w.netrc.Machine(u.Host); m != nil {
		return m
	}
	return w.netrc.Machine(u.Hostname())
}

// meter prints how much of a body was read, at every tenth of it.
type meter struct {
	io.ReadCloser
	wire  *Wire
	total int64 // -1 when not known
	read  int64
	shown int64 // bytes read when a line was printed
}

// stride is how far apart lines are when the total is not known.
const stride = 8 << 20

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	m.read += int64(n)
	step := max(m.total/10, 1)
	if m.total <= 0 {
		step = stride
	}
	if m.read-m.shown >= step {
		m.shown = m.read
		m.wire.show(m.amount())
	}
	return n, err
}

// show prints how much was fetched.
func (w *Wire) show(amount string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.log, "fetching %s: %s\n", w.what, amount)
}

func (m *meter) amount() string {
	if m.total <= 0 {
		return fmt.Sprintf("%d MB", m.read/1e6)
	}
	return fmt.Sprintf("%d of %d MB", m.read/1e6, m.total/1e6)
}

// IsPrivate reports whether nobody can read along on the way to u.
func IsPrivate(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Address returns a URL without its credentials.
func Address(u *url.URL) string {
	clean := *u
	clean.User = nil
	return clean.String()
}
