package vuln

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gohull/gohull/llb/step/fetch/wire"
)

// site is a database on the network, where its files are compressed.
type site struct {
	url    string
	client *http.Client
	pause  time.Duration // before a file is asked for again
	log    io.Writer
}

func newSite(j Job) (site, error) {
	w, err := wire.New(j.CA, j.Netrc, j.Log)
	if err != nil {
		return site{}, err
	}
	return site{url: strings.TrimSuffix(j.URL, "/"), client: &http.Client{Transport: w}, pause: time.Second, log: j.Log}, nil
}

// largest is how much of one file is read, uncompressed.
const largest = 64 << 20

// attempts is how often a file is asked for.
const attempts = 3

// passing is an error that another attempt may not have.
type passing struct{ error }

func (p passing) Unwrap() error { return p.error }

// read reads a file, and tries again when that may help.
func (s site) read(ctx context.Context, name string) (data []byte, err error) {
	for try := 1; ; try++ {
		data, err = s.get(ctx, name)
		var may passing
		if err == nil || try == attempts || !errors.As(err, &may) {
			return data, err
		}
		fmt.Fprintf(s.log, "fetching %s again: %v\n", name, err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(s.pause):
		}
	}
}

func (s site) get(ctx context.Context, name string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/"+name+".json.gz", nil)
	if err != nil {
		return nil, err
	}
	address := wire.Address(req.URL)
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, unreachable(address, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, refused(address, resp)
	}
	data, err := unzip(resp.Body)
	if err != nil {
		return nil, passing{fmt.Errorf("GET %s: %w", address, err)}
	}
	return data, nil
}

// unzip reads what is compressed, up to a limit.
func unzip(r io.Reader) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(z, largest+1))
	if err == nil && len(data) > largest {
		err = fmt.Errorf("it has more than %d MB", largest>>20)
	}
	return data, err
}

const another = "name another vulnerability database as `vuln: {database: …}`, or give the build a directory that has one, with --build-context vulndb=…"

func unreachable(address string, err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err // it would say the address again
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return fmt.Errorf("GET %s: %w; pass the certificate that signs it with --secret id=ca,src=<file>", address, err)
	}
	return passing{fmt.Errorf("GET %s: %w; each build asks it what is new; see that the builder can reach it, "+another, address, err)}
}

func refused(address string, resp *http.Response) error {
	t, err := wire.Refused(resp, resp.Request.URL)
	if err != nil {
		return passing{fmt.Errorf("GET %s: %w", address, err)}
	}
	err = fmt.Errorf("GET %s: %s; %s", address, t.Refusal(), hintFor(t))
	if t.Status == http.StatusTooManyRequests || t.Status >= 500 {
		return passing{err}
	}
	return err
}

func hintFor(t *wire.Trouble) string {
	switch t.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return t.Password()
	case http.StatusNotFound:
		return another
	}
	return "try again later"
}
