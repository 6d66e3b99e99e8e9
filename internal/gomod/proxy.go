package gomod

import (
	"cmp"
	"path"
	"strings"

	"golang.org/x/mod/module"
)

// Proxies returns the entries of a GOPROXY list as the go command reads them:
// empty ones do not count, nothing follows "direct" or "off", and an address
// without a scheme begins with https.
func Proxies(goproxy string) []string {
	var all []string
	for _, entry := range strings.FieldsFunc(goproxy, func(r rune) bool { return r == ',' || r == '|' }) {
		entry = strings.TrimSpace(entry)
		switch {
		case entry == "":
			continue
		case entry == "direct" || entry == "off":
			return append(all, entry)
		case strings.ContainsAny(entry, ".:/") && !strings.Contains(entry, ":/") && !path.IsAbs(entry):
			entry = "https://" + entry
		}
		all = append(all, entry)
	}
	return all
}

// Private is what the go command does differently for some modules. Each is a
// list of patterns; an empty one is not set.
type Private struct {
	GOPRIVATE, GONOPROXY, GONOSUMDB string
}

// NoProxy reports whether a module is fetched from its own host, whatever the
// proxies are.
func (p Private) NoProxy(modulePath string) bool {
	return module.MatchPrefixPatterns(cmp.Or(p.GONOPROXY, p.GOPRIVATE), modulePath)
}

// NoSum reports whether a module is not checked against the checksum
// database.
func (p Private) NoSum(modulePath string) bool {
	return module.MatchPrefixPatterns(cmp.Or(p.GONOSUMDB, p.GOPRIVATE), modulePath)
}

// Direct reports whether a module is fetched from its own host first.
func Direct(goproxy string, p Private, modulePath string) bool {
	all := Proxies(goproxy)
	return len(all) > 0 && all[0] == "direct" || p.NoProxy(modulePath)
}
