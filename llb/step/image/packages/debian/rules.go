package debian

import (
	"archive/tar"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/llb/step/image/packages"
	"github.com/gohull/gohull/llb/step/image/packages/debian/script"
)

// rules are what a base says of files that packages bring.
type rules struct {
	filters    []filter
	diversions map[string]diversion // by the path of the package
	overrides  map[string]override  // by path
}

// filter is a line of dpkg's configuration: path-exclude or path-include.
type filter struct {
	include bool
	pattern *regexp.Regexp
}

// diversion moves a file of all packages but one.
type diversion struct{ to, by string }

// override is an owner and a mode that a base wants for a file.
type override struct{ user, group, mode string }

func readRules(base fs.FS) (r rules, err error) {
	r = rules{diversions: map[string]diversion{}, overrides: map[string]override{}}
	for _, name := range configFiles(base) {
		data, err := readIn(base, name)
		if err != nil {
			return r, err
		}
		for line := range strings.Lines(string(data)) {
			kind, pattern, _ := strings.Cut(strings.TrimSpace(line), "=")
			if kind == "path-exclude" || kind == "path-include" {
				r.filters = append(r.filters, filter{kind == "path-include", glob(strings.Trim(pattern, `"'`))})
			}
		}
	}
	data, err := readIn(base, "var/lib/dpkg/diversions")
	if err != nil {
		return r, err
	}
	lines := strings.Split(string(data), "\n")
	for i := 0; i+2 < len(lines); i += 3 {
		r.diversions[lines[i]] = diversion{lines[i+1], lines[i+2]}
	}
	if data, err = readIn(base, "var/lib/dpkg/statoverride"); err != nil {
		return r, err
	}
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) == 4 {
			r.overrides[words[3]] = override{words[0], words[1], words[2]}
		}
	}
	return r, nil
}

// configFiles returns the configuration files of dpkg.
func configFiles(base fs.FS) []string {
	names := []string{"etc/dpkg/dpkg.cfg"}
	const dir = "etc/dpkg/dpkg.cfg.d"
	at, found := links.InRoot(base, dir)
	if !found {
		return names
	}
	entries, err := fs.ReadDir(base, at)
	if err != nil {
		return names
	}
	for _, e := range entries {
		names = append(names, path.Join(dir, e.Name()))
	}
	return names
}

// glob returns a pattern of fnmatch, in which * matches slashes too.
func glob(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		case '[':
			end := strings.IndexByte(pattern[i:], ']')
			if end < 0 {
				b.WriteString(`\[`)
				continue
			}
			class := strings.Replace(pattern[i+1:i+end], "!", "^", 1)
			b.WriteString("[" + strings.ReplaceAll(class, `\`, `\\`) + "]")
			i += end
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile(b.String() + "$")
	if err != nil {
		return regexp.MustCompile("^" + regexp.QuoteMeta(pattern) + "$")
	}
	return re
}

// excluded reports whether a file is left out. The last filter that matches
// counts. A directory stays if a later filter may include something below it.
func (r rules) excluded(name string, dir bool) bool {
	excluded := false
	for _, f := range r.filters {
		if f.pattern.MatchString(name) {
			excluded = !f.include
		}
	}
	if !excluded || !dir {
		return excluded
	}
	for _, f := range r.filters {
		if f.include && strings.HasPrefix(f.pattern.String(), "^"+regexp.QuoteMeta(name)+"/") {
			return false
		}
	}
	return true
}

// diverted returns where a file of a package goes.
func (r rules) diverted(name, pkg string) string {
	if d, found := r.diversions[name]; found && d.by != pkg {
		return d.to
	}
	return name
}

// override changes an entry as the base wants it.
func (r rules) override(name string, hdr *tar.Header, layer *packages.Layer) {
	o, found := r.overrides[name]
	if !found {
		return
	}
	accounts := script.AccountsOf(layer.FS())
	if u, found := accounts.User(o.user); found {
		hdr.Uid = u.UID
	}
	if g, found := accounts.Group(o.group); found {
		hdr.Gid = g.GID
	}
	if mode, err := strconv.ParseInt(o.mode, 8, 32); err == nil {
		hdr.Mode = mode
	}
}
