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
	"os"
	"strings"

	"github.com/gohull/gohull/llb/tool/wire"
)

// site is a database on the network, where its files are compressed.
type site struct {
	url    string
	client *http.Client
}

func newSite(j Job) (site, error) {
	w, err := wire.New(j.CA, j.Netrc, os.Stderr)
	if err != nil {
		return site{}, err
	}
	return site{url: strings.TrimSuffix(j.URL, "/"), client: &http.Client{Transport: w}}, nil
}

// largest is how much of one file is read, uncompressed.
const largest = 64 << 20

func (s site) read(ctx context.Context, name string) ([]byte, error) {
	address := s.url + "/" + name + ".json.gz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, unreachable(address, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s; %s", address, resp.Status, hintFor(resp))
	}
	z, err := gzip.NewReader(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", address, err)
	}
	data, err := io.ReadAll(io.LimitReader(z, largest))
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", address, err)
	}
	return data, nil
}

const another = "name another vulnerability database as `vuln: {database: …}`, or give the build a folder that has one, with --build-context vulndb=…"

func unreachable(address string, err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err // it would say the address again
	}
	hint := "each build asks it what is new; see that the builder can reach it, " + another
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		hint = "pass the certificate that signs it with --secret id=ca,src=<file>"
	}
	return fmt.Errorf("GET %s: %w; %s", address, err, hint)
}

func hintFor(resp *http.Response) string {
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf("pass credentials for %s with --secret id=netrc,src=<file>", resp.Request.URL.Hostname())
	case http.StatusNotFound:
		return another
	}
	return "try again later"
}
