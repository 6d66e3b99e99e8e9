package alpine

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// control is what the control files of a package say.
type control struct {
	name, version, arch string
	description, url    string
	license, origin     string
	maintainer, commit  string
	dataHash            string // hexadecimal SHA-256
	buildDate           int64
	installedSize       int64
	priority            int
	replacesPriority    int
	lists               map[string][]string // "depend", "provides", "install_if", "replaces"
	triggers            []string
	scripts             map[string]string // by type: "pre-install"

	sum  checksum // in the index
	size int64    // of the archive
}

// scriptTypes are apk's kinds of scripts.
var scriptTypes = []string{"pre-install", "post-install", "pre-deinstall", "post-deinstall", "pre-upgrade", "post-upgrade", "trigger"}

func (c *control) String() string { return c.name + "-" + c.version }

// parseControl reads the archive with the control files.
func parseControl(raw []byte) (*control, error) {
	c := &control{lists: map[string][]string{}, scripts: map[string]string{}}
	found := false
	for tr := tar.NewReader(bytes.NewReader(raw)); ; {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("its control files: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(tr, maxControl))
		if err != nil {
			return nil, fmt.Errorf("its control files: %w", err)
		}
		kind := strings.TrimPrefix(hdr.Name, ".")
		switch {
		case hdr.Name == ".PKGINFO":
			found = true
			if err := c.parseInfo(string(data)); err != nil {
				return nil, fmt.Errorf(".PKGINFO: %w", err)
			}
		case slices.Contains(scriptTypes, kind):
			c.scripts[kind] = string(data)
		}
	}
	if !found {
		return nil, errors.New("its control files have no .PKGINFO")
	}
	return c, c.check()
}

func (c *control) check() error {
	switch {
	case !isName(c.name) || !isVersionText(c.version):
		return fmt.Errorf(".PKGINFO: found the package %q, %q, want a name and a version", c.name, c.version)
	case len(c.dataHash) != 64:
		return fmt.Errorf(".PKGINFO: found the datahash %q, want 64 hexadecimal digits", c.dataHash)
	}
	return nil
}

// parseInfo reads lines like "pkgname = git". A key may come again. Lines that do
// not look like this, and keys that are unknown, are ignored, as by apk.
func (c *control) parseInfo(text string) error {
	for line := range strings.SplitSeq(text, "\n") {
		key, value, ok := strings.Cut(line, " = ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		// The value will be a line of the database.
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return fmt.Errorf("%s has the value %q, want one without control characters", key, value)
		}
		if err := c.set(key, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func (c *control) set(key, value string) (err error) {
	texts := map[string]*string{
		"pkgname": &c.name, "pkgver": &c.version, "arch": &c.arch, "pkgdesc": &c.description, "url": &c.url, "license": &c.license,
		"origin": &c.origin, "maintainer": &c.maintainer, "commit": &c.commit, "datahash": &c.dataHash,
	}
	if text, ok := texts[key]; ok {
		*text = value
		return nil
	}
	switch key {
	case "depend", "provides", "install_if", "replaces":
		c.lists[key] = append(c.lists[key], strings.Fields(value)...)
	case "triggers":
		c.triggers = append(c.triggers, strings.Fields(value)...)
	case "builddate":
		c.buildDate, err = strconv.ParseInt(value, 10, 64)
	case "size":
		c.installedSize, err = strconv.ParseInt(value, 10, 64)
	case "provider_priority":
		c.priority, err = strconv.Atoi(value)
	case "replaces_priority":
		c.replacesPriority, err = strconv.Atoi(value)
	}
	return err
}

// stanza returns the package's lines in the database, without those of its files,
// in apk's order. tag is that of the repository.
func (c *control) stanza(tag string) string {
	var b strings.Builder
	line := func(letter, value string, always bool) {
		if always || value != "" && value != "0" {
			b.WriteString(letter + ":" + value + "\n")
		}
	}
	words := func(key string) string { return strings.Join(c.lists[key], " ") }
	line("C", c.sum.quoted(), true)
	line("P", c.name, true)
	line("V", c.version, true)
	line("A", c.arch, false)
	line("S", strconv.FormatInt(c.size, 10), true)
	line("I", strconv.FormatInt(c.installedSize, 10), true)
	line("T", c.description, true)
	line("U", c.url, true)
	line("L", c.license, true)
	line("o", c.origin, false)
	line("m", c.maintainer, false)
	line("t", strconv.FormatInt(c.buildDate, 10), false)
	line("c", c.commit, false)
	line("k", strconv.Itoa(c.priority), false)
	line("D", words("depend"), false)
	line("p", words("provides"), false)
	line("i", words("install_if"), false)
	line("r", words("replaces"), false)
	line("q", strconv.Itoa(c.replacesPriority), false)
	line("s", tag, false)
	return b.String()
}
