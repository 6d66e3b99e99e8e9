// Package netenv validates the settings that say where a build gets modules from:
// GOPROXY, GOSUMDB, GOPRIVATE and similar, as the go command reads them. A
// value is validated in the same way whether a spec or a build arg has it.
//
// Such values become part of cache keys and of the provenance, so none may
// have a password in it.
package netenv

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/moby/buildkit/util/suggest"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/internal/visible"
)

// validators validate each setting, by the name of its variable.
var validators = map[string]func(string) *diag.Diagnostic{
	"GONOPROXY": validatePatterns,
	"GONOSUMDB": validatePatterns,
	"GOPRIVATE": validatePatterns,
	"GOPROXY":   validateProxies,
	"GOSUMDB":   validateVisible,
}

// Names lists the settings.
func Names() []string { return slices.Sorted(maps.Keys(validators)) }

// Validate reports what is wrong with the value of a setting; nil for nothing.
// The diagnostic has no place, and nothing of a password in it.
func Validate(name, value string) *diag.Diagnostic {
	if d := Credentials(value); d != nil {
		return d
	}
	return validators[name](value)
}

// Env are settings. The zero value has none. Only With adds one, so that each
// is valid.
type Env struct {
	values map[string]string
}

// With returns the settings with one more, instead of an earlier one of
// the name. An empty one is none, as for the go command.
func (e Env) With(name, value string) (Env, *diag.Diagnostic) {
	if value == "" {
		return e, nil
	}
	if d := Validate(name, value); d != nil {
		return e, d
	}
	all := map[string]string{name: value}
	for other, v := range e.values {
		if other != name {
			all[other] = v
		}
	}
	return Env{all}, nil
}

// Get returns the value of a setting, empty for none.
func (e Env) Get(name string) string { return e.values[name] }

// List returns the settings as variables, NAME=value, sorted.
func (e Env) List() []string {
	var env []string
	for name, value := range e.values {
		env = append(env, name+"="+value)
	}
	slices.Sort(env)
	return env
}

// separators stand between the items of lists, and before the address in
// GOSUMDB.
func separators(r rune) bool { return r == ',' || r == '|' || unicode.IsSpace(r) }

// atSign is what ends a password before a host, also in URLs that have it
// escaped.
var atSign = regexp.MustCompile(`(?i)@|%40`)

// scheme is what a URL begins with.
var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// Credentials finds an address that has a user or a password in it, however
// that is written: with a scheme or without, in a list, escaped. Only its host
// is part of the diagnostic.
func Credentials(value string) *diag.Diagnostic {
	host, ok := CredentialsHost(value)
	if !ok {
		return nil
	}
	return &diag.Diagnostic{
		Message: "credentials for " + host + " would reach the cache and the provenance",
		Hint:    "remove them, and pass them as the secret netrc: --secret id=netrc,src=$HOME/.netrc",
	}
}

// CredentialsHost returns the host of the first address that has a user or a
// password before it.
func CredentialsHost(value string) (string, bool) {
	for item := range strings.FieldsFuncSeq(value, separators) {
		if at := atSign.FindAllStringIndex(item, -1); at != nil {
			rest := item[at[len(at)-1][1]:]
			if end := strings.IndexAny(rest, "/?#"); end >= 0 {
				rest = rest[:end]
			}
			return strconv.Quote(rest), true
		}
	}
	return "", false
}

// Redact returns a value without the users and passwords of its addresses.
func Redact(value string) string {
	at := atSign.FindAllStringIndex(value, -1)
	if at == nil {
		return value
	}
	return scheme.FindString(value) + "***@" + value[at[len(at)-1][1]:]
}

func wrong(hint, format string, args ...any) *diag.Diagnostic {
	return &diag.Diagnostic{Message: fmt.Sprintf(format, args...), Hint: hint}
}

// validateVisible refuses what no setting has.
func validateVisible(value string) *diag.Diagnostic {
	for _, r := range value {
		if !unicode.IsPrint(r) {
			return wrong("remove it", "the character %s", strconv.QuoteRuneToASCII(r))
		}
	}
	return nil
}

// validatePatterns validates patterns of module paths, with commas between them.
func validatePatterns(value string) *diag.Diagnostic {
	if d := validateVisible(value); d != nil {
		return d
	}
	for pattern := range strings.SplitSeq(value, ",") {
		if _, err := path.Match(pattern, ""); err != nil {
			return wrong("write one as in GOPRIVATE: *.corp.example", "%s is not a pattern", quote(pattern))
		}
	}
	return nil
}

// validateProxies validates a list of module proxies.
func validateProxies(value string) *diag.Diagnostic {
	if d := validateVisible(value); d != nil {
		return d
	}
	list := gomod.Proxies(value)
	for _, entry := range list {
		if d := validateProxy(entry); d != nil {
			return d
		}
	}
	if len(list) == 0 {
		return wrong("", "wanted a URL, direct or off, found %s", quote(value))
	}
	return nil
}

// validateProxy validates an entry of the list. One without any of .:/ is a word.
func validateProxy(entry string) *diag.Diagnostic {
	if entry == "direct" || entry == "off" {
		return nil
	}
	if !strings.ContainsAny(entry, ".:/") {
		return wrong(nearWord(entry), "wanted a URL, direct or off, found %s", quote(entry))
	}
	u, err := url.Parse(entry)
	switch {
	case err != nil:
		return wrong("", "%s is not a URL", quote(entry))
	case !slices.Contains([]string{"https", "http", "file"}, u.Scheme):
		return wrong("write one that begins with https://", "a module proxy with the scheme %s", quote(u.Scheme))
	case u.Scheme != "file" && u.Host == "":
		return wrong("write one that begins with https://", "%s names no host", quote(entry))
	}
	return nil
}

// nearWord returns the hint for a word that was probably meant.
func nearWord(item string) string {
	words := []string{"direct", "off"}
	if lower := strings.ToLower(item); slices.Contains(words, lower) {
		return "write " + lower
	}
	if near, ok := suggest.Search(item, words, true); ok {
		return "did you mean " + near + "?"
	}
	return ""
}

// quote shows a value, cut to be short.
func quote(value string) string {
	return strconv.Quote(visible.Short(value, 60))
}
