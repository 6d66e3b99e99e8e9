package alpine

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// writeWorld adds to /etc/apk/world the new packages that no other package needs:
// apk removes packages that nothing needs.
func (in *installer) writeWorld() error {
	data, err := in.layer.ReadFile("etc/apk/world")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	have := map[string]bool{}
	lines := strings.Fields(string(data))
	for _, line := range lines {
		if d, err := parseDependency(line); err == nil {
			have[d.name] = true
		}
	}
	for _, u := range in.unneeded() {
		word := u.control.name
		if u.tag != "" {
			word += "@" + u.tag
		}
		if !have[u.control.name] {
			lines = append(lines, word)
		}
	}
	slices.Sort(lines)
	return in.layer.WriteFile("etc/apk/world", []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// unneeded returns new packages that nothing else keeps. Dependencies come first in
// the list of new packages. Of packages that need each other, it returns the last.
func (in *installer) unneeded() (roots []*unpacked) {
	var all []*pkg
	for _, st := range in.db.stanzas {
		all = append(all, st.pkg)
	}
	c := newCatalog(all, nil)
	kept := map[*pkg]bool{}
	for _, st := range in.db.stanzas {
		if !st.added {
			c.keep(st.pkg, kept)
		}
	}
	for _, u := range slices.Backward(in.added) {
		if kept[u.stanza.pkg] || u.old != nil || c.triggered(u.stanza.pkg) {
			continue
		}
		roots = append(roots, u)
		c.keep(u.stanza.pkg, kept)
	}
	return roots
}

// keep marks what a package needs, and what that needs.
func (c *catalog) keep(p *pkg, kept map[*pkg]bool) {
	if kept[p] {
		return
	}
	kept[p] = true
	for _, d := range c.of(p).needs {
		for _, q := range c.providers[d.name] {
			if d.matches(q) {
				c.keep(q.pkg, kept)
			}
		}
	}
}

// triggered reports whether all conditions of install_if are met.
func (c *catalog) triggered(p *pkg) bool {
	all, err := parseDependencies(p.installIf)
	for _, d := range all {
		if slices.ContainsFunc(c.providers[d.name], d.matches) == d.conflict {
			return false
		}
	}
	return err == nil && len(all) > 0
}
