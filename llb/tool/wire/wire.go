// Package wire carries the requests that the tool makes itself, without a go
// command: it trusts and authenticates as the go command would.
package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gohull/gohull/llb/tool/certs"
	"github.com/jdx/go-netrc"
)

// Wire is an http.RoundTripper that adds credentials, shows the progress of
// large files, and remembers what went wrong last, for the message.
type Wire struct {
	What string   // what is being fetched
	Last *Trouble // nil when the last request went well

	next  http.RoundTripper
	netrc *netrc.Netrc // nil without credentials
	log   io.Writer
}

// Trouble is a request that did not go well.
type Trouble struct {
	URL    *url.URL
	Status int   // 0 when there was no answer
	Err    error // nil when there was one
}

// New trusts the certificates in the file ca beside the usual ones, and has
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
	t.ResponseHeaderTimeout = time.Minute
	n, err := readNetrc(credentials)
	if err != nil {
		return nil, err
	}
	return &Wire{next: t, netrc: n, log: log}, nil
}

// readNetrc reads credentials from a file that need not exist.
func readNetrc(file string) (*netrc.Netrc, error) {
	data, err := os.ReadFile(file)
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
	resp, err := w.next.RoundTrip(w.authorize(req))
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		// On its own it is not tried again, which would be in vain.
		err = unknown
	}
	switch {
	case err != nil:
		w.Last = &Trouble{URL: req.URL, Err: err}
		return nil, err
	case resp.StatusCode >= 400:
		w.Last = &Trouble{URL: req.URL, Status: resp.StatusCode}
		return resp, nil
	}
	w.Last = nil
	if strings.HasSuffix(req.URL.Path, ".zip") || resp.ContentLength > 1<<20 {
		resp.Body = &meter{ReadCloser: resp.Body, what: w.What, total: resp.ContentLength, log: w.log}
	}
	return resp, nil
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

// machine is a host's entry of the netrc file. Go itself wants the port in its
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
	what  string
	log   io.Writer
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
		fmt.Fprintf(m.log, "fetching %s: %s\n", m.what, m.amount())
	}
	return n, err
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

// Address is a URL without its credentials.
func Address(u *url.URL) string {
	clean := *u
	clean.User = nil
	return clean.String()
}
