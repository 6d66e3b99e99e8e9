package control

import (
	"fmt"
	"strings"

	"pault.ag/go/debian/version"
)

// Relation is what one package says of another one: "libc6 (>= 2.36)".
type Relation struct {
	Name     string
	Arch     string // of "perl:any": "any"
	Operator string // "<<", "<=", "=", ">=" or ">>"; empty for any version
	Version  string
}

func (r Relation) String() string {
	name := r.Name
	if r.Arch != "" {
		name += ":" + r.Arch
	}
	if r.Operator == "" {
		return name
	}
	return name + " (" + r.Operator + " " + r.Version + ")"
}

// Alternatives is a list of which one has to hold: "awk | mawk".
type Alternatives []Relation

func (a Alternatives) String() string {
	all := make([]string, len(a))
	for i, r := range a {
		all[i] = r.String()
	}
	return strings.Join(all, " | ")
}

// Relations reads a field such as Depends. All of the result have to hold.
func Relations(s string) (all []Alternatives, err error) {
	for part := range strings.SplitSeq(s, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		var alternatives Alternatives
		for one := range strings.SplitSeq(part, "|") {
			r, err := relation(one)
			if err != nil {
				return nil, err
			}
			alternatives = append(alternatives, r)
		}
		all = append(all, alternatives)
	}
	return all, nil
}

// relation reads one like "perl:any (>= 5.36)".
func relation(s string) (r Relation, err error) {
	text, rest, versioned := strings.Cut(s, "(")
	name, arch, _ := strings.Cut(strings.TrimSpace(text), ":")
	r.Name, r.Arch = name, arch
	if versioned {
		inside, after, closed := strings.Cut(rest, ")")
		r.Operator, r.Version = operator(strings.TrimSpace(inside))
		if !closed || strings.TrimSpace(after) != "" || r.Version == "" {
			return r, fmt.Errorf("%q: want a package such as \"libc6 (>= 2.36)\"", strings.TrimSpace(s))
		}
	}
	if !IsName(r.Name) {
		return r, fmt.Errorf("%q: %q is no name of a package", strings.TrimSpace(s), r.Name)
	}
	return r, nil
}

// operator splits ">= 2.36". The old operators < and > mean <= and >=.
func operator(s string) (op, number string) {
	number = strings.TrimLeft(s, "<=>")
	switch op = s[:len(s)-len(number)]; op {
	case "<":
		op = "<="
	case ">":
		op = ">="
	case "<<", "<=", "=", ">=", ">>":
	default:
		return "", ""
	}
	return op, strings.TrimSpace(number)
}

// Holds reports whether a version is one that the relation allows.
func (r Relation) Holds(v string) bool {
	if r.Operator == "" {
		return true
	}
	if v == "" {
		return false
	}
	n := Compare(v, r.Version)
	switch r.Operator {
	case "<<":
		return n < 0
	case "<=":
		return n <= 0
	case "=":
		return n == 0
	case ">=":
		return n >= 0
	}
	return n > 0
}

// Compare compares two versions. One that is invalid is lower than all others.
func Compare(a, b string) int {
	if a == b {
		return 0
	}
	x, errX := version.Parse(a)
	y, errY := version.Parse(b)
	switch {
	case errX != nil && errY != nil:
		return strings.Compare(a, b)
	case errX != nil:
		return -1
	case errY != nil:
		return 1
	}
	return version.Compare(x, y)
}

// IsVersion reports whether s is a version as Debian has them.
func IsVersion(s string) bool {
	_, err := version.Parse(s)
	return err == nil
}

// IsName reports whether s can be the name of a package. It is safe as the
// beginning of a file name.
func IsName(s string) bool {
	for i, c := range s {
		letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '+' && c != '-' && c != '.') {
			// Some old packages have capital letters.
			if c < 'A' || c > 'Z' {
				return false
			}
		}
	}
	return s != ""
}
