// Package repository reads Debian repositories: which ones a base has
// configured, which keys they are signed with, and what is in them.
package repository

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/links"
	"github.com/gohull/gohull/internal/regular"
	"github.com/gohull/gohull/llb/step/image/packages/debian/control"
)

// Source is one suite of a repository.
type Source struct {
	URL        string   // without a slash at the end
	Suite      string   // "bookworm"; of a repository without suites "./"
	Components []string // "main"
	Archs      []string // to read, empty for any
	SignedBy   string   // path of a keyring, fingerprints, or the key itself; empty for the trusted keys
	AnyAge     bool     // whether Valid-Until does not matter
	Where      string   // where it is configured: "/etc/apt/sources.list:3"
}

// limit is the size of the largest configuration file or keyring.
const limit = 16 << 20

// lists is where apt looks for sources.
const (
	list  = "etc/apt/sources.list"
	parts = "etc/apt/sources.list.d"
)

// Sources returns what a base has configured for an architecture, in the order
// in which apt reads it.
func Sources(base fs.FS, arch string) (all []Source, err error) {
	names, err := sourceFiles(base)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := readIn(base, name)
		if err != nil {
			return nil, err
		}
		parse := parseList
		if path.Ext(name) == ".sources" {
			parse = parseDeb822
		}
		some, err := parse("/"+name, data)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return forArch(all, arch), nil
}

// sourceFiles returns the files that apt reads.
func sourceFiles(base fs.FS) (names []string, err error) {
	if _, found := links.InRoot(base, list); found {
		names = append(names, list)
	}
	at, found := links.InRoot(base, parts)
	if !found {
		return names, nil
	}
	entries, err := fs.ReadDir(base, at)
	for _, e := range entries {
		if ext := path.Ext(e.Name()); (ext == ".list" || ext == ".sources") && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, path.Join(parts, e.Name()))
		}
	}
	return names, err
}

// forArch returns the sources of one architecture.
func forArch(all []Source, arch string) (some []Source) {
	for _, s := range all {
		s.URL = strings.TrimRight(strings.ReplaceAll(s.URL, "$(ARCH)", arch), "/")
		s.Suite = strings.ReplaceAll(s.Suite, "$(ARCH)", arch)
		if len(s.Archs) == 0 || slices.Contains(s.Archs, arch) {
			some = append(some, s)
		}
	}
	return some
}

// readIn reads a file of a base, through links as in a container.
func readIn(base fs.FS, name string) ([]byte, error) {
	at, found := links.InRoot(base, name)
	if !found {
		return nil, &fs.PathError{Op: "open", Path: "/" + name, Err: fs.ErrNotExist}
	}
	return regular.ReadIn(base, at, limit)
}

// parseList reads lines like "deb [signed-by=…] https://… bookworm main".
func parseList(name string, data []byte) (all []Source, err error) {
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		text, _, _ := strings.Cut(line, "#")
		kind, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\t", " ")), " ")
		if kind == "" || kind == "deb-src" {
			continue
		}
		s, err := parseLine(kind, rest)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		s.Where = fmt.Sprintf("%s:%d", name, n)
		all = append(all, s)
	}
	return all, nil
}

func parseLine(kind, rest string) (s Source, err error) {
	if kind != "deb" {
		return s, fmt.Errorf("want a line that begins with deb or deb-src, got %q", kind)
	}
	rest = strings.TrimSpace(rest)
	if strings.HasPrefix(rest, "[") {
		options, after, closed := strings.Cut(rest[1:], "]")
		if !closed {
			return s, errors.New("the options have no closing ]")
		}
		for option := range strings.FieldsSeq(options) {
			if err := s.option(option); err != nil {
				return s, err
			}
		}
		rest = after
	}
	words := strings.Fields(rest)
	if len(words) < 2 {
		return s, errors.New("want an address and a suite")
	}
	s.URL, s.Suite, s.Components = words[0], words[1], words[2:]
	return s, s.Check()
}

// option reads an option of a line. Those that change nothing about packages
// are skipped.
func (s *Source) option(text string) error {
	name, value, _ := strings.Cut(text, "=")
	switch strings.ToLower(name) {
	case "arch":
		s.Archs = strings.Split(value, ",")
	case "signed-by":
		s.SignedBy = strings.ReplaceAll(value, ",", " ")
	case "check-valid-until":
		s.AnyAge = !isTrue(value, true)
	case "trusted":
		return refuseUnsigned(value)
	}
	return nil
}

// refuseUnsigned refuses a repository that is to be trusted without a signature.
func refuseUnsigned(trusted string) error {
	if isTrue(trusted, false) {
		return errors.New("the option trusted=yes turns signatures off, and gohull reads signed repositories only; sign the repository and configure its key with Signed-By")
	}
	return nil
}

// isTrue reads a value as apt does. Another one is what it is without it.
func isTrue(value string, otherwise bool) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "yes", "true", "with", "on", "enable", "1":
		return true
	case "no", "false", "without", "off", "disable", "0":
		return false
	}
	return otherwise
}

// parseDeb822 reads a file of paragraphs with Types, URIs, and Suites.
func parseDeb822(name string, data []byte) (all []Source, err error) {
	paragraphs, err := control.Parse(name, data)
	if err != nil {
		return nil, err
	}
	for i, p := range paragraphs {
		some, err := fromParagraph(p)
		if err != nil {
			return nil, fmt.Errorf("%s: paragraph %d: %w", name, i+1, err)
		}
		for j := range some {
			some[j].Where = name
		}
		all = append(all, some...)
	}
	return all, nil
}

func fromParagraph(p control.Paragraph) (all []Source, err error) {
	if !isTrue(p.Get("Enabled"), true) || !slices.Contains(strings.Fields(p.Get("Types")), "deb") {
		return nil, nil
	}
	if err := refuseUnsigned(p.Get("Trusted")); err != nil {
		return nil, err
	}
	common := Source{
		Components: strings.Fields(p.Get("Components")),
		Archs:      strings.Fields(p.Get("Architectures")),
		SignedBy:   p.Get("Signed-By"),
		AnyAge:     !isTrue(p.Get("Check-Valid-Until"), true),
	}
	for uri := range strings.FieldsSeq(p.Get("URIs")) {
		for suite := range strings.FieldsSeq(p.Get("Suites")) {
			s := common
			s.URL, s.Suite = uri, suite
			if err := s.Check(); err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("want URIs and Suites")
	}
	return all, nil
}

// Check reports what makes a source unusable.
func (s Source) Check() error {
	u, err := url.Parse(s.URL)
	if err != nil {
		return fmt.Errorf("%q is no address: %w", s.URL, err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("gohull reads repositories with http or https, and not %q", s.URL)
	}
	if flat := strings.HasSuffix(s.Suite, "/"); flat != (len(s.Components) == 0) {
		return fmt.Errorf("the suite %q has the components %q; a suite that ends with / has none, another one has at least one", s.Suite, s.Components)
	}
	return nil
}

// flat reports whether the repository has no suites.
func (s Source) flat() bool { return strings.HasSuffix(s.Suite, "/") }

// dir returns the address of the directory with the file Release.
func (s Source) dir() string {
	if s.flat() {
		return s.join(s.Suite)
	}
	return s.join("dists/" + s.Suite)
}

// join returns an address below the root of the repository.
func (s Source) join(name string) string {
	return strings.TrimSuffix(s.URL+path.Clean("/"+name), "/")
}

// InRelease returns the address of the signed file that names all others.
func (s Source) InRelease() string { return s.dir() + "/InRelease" }

func (s Source) String() string { return s.URL + " " + s.Suite }
