package toolchain

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"

	"github.com/gohull/gohull/llb/step/fetch/wire"
)

// explain says what failed in words of the one who builds: which toolchain,
// where it was looked for, and what to do.
func (f *fetch) explain(err error) error {
	name, last := f.name(), f.wire.Last()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("%s: %s; name a module proxy with --build-arg GOPROXY=…, or use `toolchain: image`", name, f.whyDirect(last))
	case strings.Contains(err.Error(), "untrusted revision"):
		return fmt.Errorf("%s: what the proxy sent is not what %s has on record; do not use it, and ask who runs the proxy", name, f.env.database())
	case last == nil && f.wire.Sent() != nil:
		return fmt.Errorf("%s: GET %s: %w; ask who runs the proxy, or name another with --build-arg GOPROXY=…", name, wire.Address(f.wire.Sent()), err)
	case last == nil:
		return fmt.Errorf("%s: %w", name, err)
	case last.Err != nil:
		return fmt.Errorf("%s: GET %s: %w; %s", name, wire.Address(last.URL), last.Err, hintFor(last.Err))
	}
	return fmt.Errorf("%s: GET %s: %s; %s", name, wire.Address(last.URL), last.Refusal(), f.hintForStatus(last))
}

// whyDirect says why Go would be fetched without a proxy.
func (f *fetch) whyDirect(last *wire.Trouble) string {
	const cannot = "and it cannot be fetched without a proxy"
	switch name := f.env.unproxied(); {
	case name != "":
		return fmt.Sprintf("%s matches %s, %s", name, modulePath, cannot)
	case last != nil && last.Status != 0:
		return fmt.Sprintf("GET %s: %s, and the next entry of GOPROXY is direct, %s", wire.Address(last.URL), last.Refusal(), cannot)
	case last != nil:
		return fmt.Sprintf("GET %s: %v, and the next entry of GOPROXY is direct, %s", wire.Address(last.URL), last.Err, cannot)
	}
	return "GOPROXY is direct, " + cannot
}

func hintFor(err error) string {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return "pass the certificate that signs it with --secret id=ca,src=<file>"
	}
	return "see that the build can reach it, or name another proxy with --build-arg GOPROXY=…"
}

func (f *fetch) hintForStatus(t *wire.Trouble) string {
	switch t.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return t.Password() + ", or name another proxy with --build-arg GOPROXY=…"
	case http.StatusNotFound, http.StatusGone, http.StatusBadRequest:
		return fmt.Sprintf("see that go%s is a release for %s, or name another proxy with --build-arg GOPROXY=…", f.req.Version, f.req.Platform)
	}
	return "try again later, or name another proxy with --build-arg GOPROXY=…"
}
