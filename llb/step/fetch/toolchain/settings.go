package toolchain

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/step/fetch/wire"
)

// settings are the variables that say where modules come from and how they
// are verified, as `go help environment` has them.
type settings struct {
	proxy, noproxy, private, sumdb, nosumdb string
}

func readSettings(env []string) settings {
	var s settings
	vars := map[string]*string{
		"GOPROXY": &s.proxy, "GONOPROXY": &s.noproxy, "GOPRIVATE": &s.private,
		"GOSUMDB": &s.sumdb, "GONOSUMDB": &s.nosumdb,
	}
	for _, e := range env {
		key, value, _ := strings.Cut(e, "=")
		if v := vars[key]; v != nil {
			*v = value
		}
	}
	return s
}

func (s settings) patterns() gomod.Private {
	return gomod.Private{GOPRIVATE: s.private, GONOPROXY: s.noproxy, GONOSUMDB: s.nosumdb}
}

// check refuses to send the password of a proxy's URL where others can read
// it, as the go command does.
func (s settings) check() error {
	for _, p := range gomod.Proxies(s.proxy) {
		u, err := url.Parse(p)
		if err == nil && u.User != nil && !wire.IsPrivate(u) {
			return fmt.Errorf("GOPROXY has credentials for %s, which is not https; use https, or leave them out", wire.Address(u))
		}
	}
	return nil
}

// unproxied names the variable that makes Go fetch its toolchain without a
// proxy, if one does.
func (s settings) unproxied() string {
	switch {
	case !s.patterns().NoProxy(modulePath):
		return ""
	case s.noproxy != "":
		return "GONOPROXY"
	}
	return "GOPRIVATE"
}

// verdict says what a download with this hash was verified against.
func (f *fetch) verdict(hash string) string {
	s := f.env
	switch {
	case f.req.Sum != "":
		return fmt.Sprintf("verified %s against the lock", hash)
	case s.sumdb == "off":
		return hash + " was not verified, because GOSUMDB is off"
	case s.patterns().NoSum(modulePath):
		return fmt.Sprintf("%s was not verified, because %s matches %s", hash, s.unverified(), modulePath)
	}
	return fmt.Sprintf("verified %s against %s", hash, s.database())
}

func (s settings) unverified() string {
	if s.nosumdb != "" {
		return "GONOSUMDB"
	}
	return "GOPRIVATE"
}

// database returns the name of the checksum database, without its key.
func (s settings) database() string {
	name, _, _ := strings.Cut(strings.TrimSpace(s.sumdb), " ")
	name, _, _ = strings.Cut(name, "+")
	return cmp.Or(name, "Go's checksum database")
}
