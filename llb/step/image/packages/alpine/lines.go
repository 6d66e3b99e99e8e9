package alpine

import (
	"cmp"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// pkg is a package of an index or of the database of installed packages. Its
// fields have the letters of the lines there.
type pkg struct {
	name        string // P
	version     string // V
	arch        string // A
	checksum    string // C: "Q1" and the base64 of the SHA-1 of the control part
	origin      string // o: the source package
	size        int64  // S
	depends     string // D
	provides    string // p
	installIf   string // i
	priority    int    // k
	description string // T
	tag         string // s, of the repository that it was installed from

	repository *repository // nil for packages of the base
	installed  bool        // is in the base
}

func (p *pkg) String() string { return p.name + "-" + p.version }

// provider is a package and the version that it gives a name: its own name, or
// one that it provides.
type provider struct {
	pkg     *pkg
	version string // empty if a provided name has none
}

// stanzas returns the packages of an index or of a database, each with the number
// of its first line. They are separated by empty lines.
func stanzas(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		line := 1
		for text != "" {
			stanza, rest, _ := strings.Cut(text, "\n\n")
			if strings.Trim(stanza, "\n") != "" && !yield(line, stanza) {
				return
			}
			line += strings.Count(stanza, "\n") + 2
			text = rest
		}
	}
}

// parsePackages reads the packages of an index or of a database. name stands in
// errors.
func parsePackages(name, text string) ([]*pkg, error) {
	var all []*pkg
	for line, stanza := range stanzas(text) {
		p, err := parsePackage(stanza)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		all = append(all, p)
	}
	return all, nil
}

// parsePackage reads the lines of one package. It skips lines about files, and
// those that it does not know.
func parsePackage(stanza string) (*pkg, error) {
	p := &pkg{}
	for line := range strings.SplitSeq(stanza, "\n") {
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != ':' {
			return nil, fmt.Errorf("found %.40q, want a letter, a colon and a value", line)
		}
		if err := p.set(line[0], line[2:]); err != nil {
			return nil, err
		}
	}
	switch {
	case !isName(p.name):
		return nil, fmt.Errorf("found the package name %q, want P: and letters, digits, and + - . _", p.name)
	case !isVersionText(p.version):
		return nil, fmt.Errorf("package %s has the version %q", p.name, p.version)
	}
	return p, nil
}

func (p *pkg) set(letter byte, value string) (err error) {
	if text := p.textOf(letter); text != nil {
		*text = value
		return nil
	}
	switch letter {
	case 'S':
		p.size, err = strconv.ParseInt(value, 10, 64)
	case 'k':
		p.priority, err = strconv.Atoi(value)
	}
	return err
}

func (p *pkg) textOf(letter byte) *string {
	switch letter {
	case 'P':
		return &p.name
	case 'V':
		return &p.version
	case 'A':
		return &p.arch
	case 'C':
		return &p.checksum
	case 'o':
		return &p.origin
	case 'D':
		return &p.depends
	case 'p':
		return &p.provides
	case 'i':
		return &p.installIf
	case 'T':
		return &p.description
	case 's':
		return &p.tag
	}
	return nil
}

// isName reports whether s can be the name of a package. The name is part of a
// URL and of names of files.
func isName(s string) bool {
	return s != "" && s[0] != '.' && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return !isWord(r) && r != '+' && r != '-' && r != '.'
	})
}

// isVersionText reports whether s can be part of a URL and of a file's name. It
// may still be a version that apk would refuse.
func isVersionText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !isWord(r) && r != '+' && r != '-' && r != '.' && r != '~'
	})
}

func isWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

// source returns the name of the source package.
func (p *pkg) source() string { return cmp.Or(p.origin, p.name) }
