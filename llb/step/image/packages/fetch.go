package packages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gohull/gohull/llb/step/fetch/wire"
)

// attempts is how often a URL is requested, at most.
const attempts = 3

// Over returns a Fetch that requests URLs through a transport. It tries again
// after a pause if the host does not answer, or answers with an error of its own.
// If a connection breaks in the middle, only the rest is requested.
func Over(transport http.RoundTripper, pause time.Duration, log io.Writer) Fetch {
	client := &http.Client{Transport: transport}
	return func(ctx context.Context, url string) (io.ReadCloser, error) {
		d := &download{ctx: ctx, client: client, pause: pause, log: log, url: url}
		if err := d.open(); err != nil {
			return nil, err
		}
		return d, nil
	}
}

// download reads what a URL has, over several connections if they break.
type download struct {
	ctx    context.Context
	client *http.Client
	pause  time.Duration
	log    io.Writer
	url    string
	at     string // the URL without a password, for people
	tries  int
	body   io.ReadCloser
	read   int64  // bytes so far
	state  string // which version of the file the first answer was about; empty if it did not say
}

// open requests what is not read yet.
func (d *download) open() error {
	for {
		d.tries++
		err := d.request()
		var may passing
		if err == nil || !errors.As(err, &may) || !d.again(err) {
			return err
		}
	}
}

// again reports whether there may be another attempt after an error, and waits
// for it.
func (d *download) again(err error) bool {
	if d.tries >= attempts || d.ctx.Err() != nil {
		return false
	}
	fmt.Fprintf(d.log, "fetching again: %v\n", err)
	select {
	case <-d.ctx.Done():
		return false
	case <-time.After(d.pause):
		return true
	}
}

func (d *download) Read(p []byte) (int, error) {
	for {
		n, err := d.body.Read(p)
		d.read += int64(n)
		switch {
		case err == nil, errors.Is(err, io.EOF):
			return n, err
		case n > 0:
			return n, nil // The next call returns the error.
		case !d.again(fmt.Errorf("%s: %w after %d bytes", d.at, err, d.read)):
			return 0, err
		}
		_ = d.body.Close() // it is broken
		if err := d.open(); err != nil {
			d.body = http.NoBody
			return 0, err
		}
	}
}

func (d *download) Close() error { return d.body.Close() }

// passing is an error that another attempt may not have.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }

// request requests the URL, from where the last connection broke.
func (d *download) request() error {
	req, err := http.NewRequestWithContext(d.ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return fmt.Errorf("a repository has an invalid address: %w", err)
	}
	d.at = wire.Address(req.URL)
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return fmt.Errorf("%s: only addresses with https:// and http:// can be fetched", d.at)
	}
	req.Header.Set("Accept-Encoding", "identity") // so that bytes can be counted
	if d.read > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.read))
	}
	resp, err := d.client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return passing{fmt.Errorf("%s: %w", d.at, err)}
	}
	if err = d.answered(resp); err != nil {
		_ = resp.Body.Close() // the answer is an error already
		return fmt.Errorf("%s: %w", d.at, err)
	}
	d.body = resp.Body
	return nil
}

// answered looks at an answer, whose body is read next.
func (d *download) answered(resp *http.Response) error {
	switch status := resp.StatusCode; {
	case status == http.StatusOK, status == http.StatusPartialContent && d.read > 0:
		return d.skip(resp)
	case status == http.StatusNotFound, status == http.StatusGone:
		return fmt.Errorf("%s: %w", resp.Status, fs.ErrNotExist)
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
		return passing{errors.New(resp.Status)}
	}
	return errors.New(resp.Status)
}

// skip reads what is read already, if the answer has the file from its start.
func (d *download) skip(resp *http.Response) error {
	state := cmp.Or(resp.Header.Get("ETag"), resp.Header.Get("Last-Modified"))
	if d.read == 0 {
		d.state = state
		return nil
	}
	if state != d.state {
		return errors.New("the file changed while it was downloaded")
	}
	if resp.StatusCode == http.StatusOK {
		if _, err := io.CopyN(io.Discard, resp.Body, d.read); err != nil {
			return passing{fmt.Errorf("%w before %d bytes", err, d.read)}
		}
		return nil
	}
	if want := fmt.Sprintf("bytes %d-", d.read); !strings.HasPrefix(resp.Header.Get("Content-Range"), want) {
		return fmt.Errorf("the answer has %q, want %s…", resp.Header.Get("Content-Range"), want)
	}
	return nil
}

// Mirrored returns a Fetch that requests what is below an address from a mirror of
// it. If several addresses fit, the longest one counts.
func Mirrored(fetch Fetch, mirrors map[string]string) Fetch {
	if len(mirrors) == 0 {
		return fetch
	}
	return func(ctx context.Context, url string) (io.ReadCloser, error) {
		best, at := "", ""
		for address, mirror := range mirrors {
			address = strings.TrimSuffix(address, "/") + "/"
			if strings.HasPrefix(url, address) && len(address) > len(best) {
				best, at = address, strings.TrimSuffix(mirror, "/")+"/"
			}
		}
		return fetch(ctx, at+strings.TrimPrefix(url, best))
	}
}
