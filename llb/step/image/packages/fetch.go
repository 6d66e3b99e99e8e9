package packages

import (
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

// attempts is how often a URL is requested.
const attempts = 3

// Over returns a Fetch that requests URLs through a transport. It tries again
// if the host does not answer, or answers with an error of its own, after a
// pause.
func Over(transport http.RoundTripper, pause time.Duration, log io.Writer) Fetch {
	client := &http.Client{Transport: transport}
	return func(ctx context.Context, url string) (body io.ReadCloser, err error) {
		for try := 1; ; try++ {
			body, err = get(ctx, client, url)
			var may passing
			if err == nil || try == attempts || !errors.As(err, &may) {
				return body, err
			}
			fmt.Fprintf(log, "fetching again: %v\n", err)
			select {
			case <-ctx.Done():
				return nil, err
			case <-time.After(pause):
			}
		}
	}
}

// passing is an error that another attempt may not have.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }

func get(ctx context.Context, client *http.Client, address string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("a repository has an invalid address: %w", err)
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, fmt.Errorf("%s: only addresses with https:// and http:// can be fetched", wire.Address(req.URL))
	}
	resp, err := client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, passing{fmt.Errorf("%s: %w", wire.Address(req.URL), err)}
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	_ = resp.Body.Close() // the answer is an error already
	switch {
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		return nil, fmt.Errorf("%s: %s: %w", wire.Address(req.URL), resp.Status, fs.ErrNotExist)
	case resp.StatusCode >= http.StatusInternalServerError, resp.StatusCode == http.StatusTooManyRequests:
		return nil, passing{fmt.Errorf("%s: %s", wire.Address(req.URL), resp.Status)}
	}
	return nil, fmt.Errorf("%s: %s", wire.Address(req.URL), resp.Status)
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
