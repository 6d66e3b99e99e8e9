package control

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParagraphs(t *testing.T) {
	all, err := Parse("status", []byte("\n\n# a comment\nPackage: a\nDescription: short\n long\n  longer\n .\nversion:1\n\n\t\nPackage:b"))
	if err != nil || len(all) != 2 {
		t.Fatalf("got %d paragraphs, %v", len(all), err)
	}
	if got, want := all[0].Get("description"), "short\nlong\nlonger\n."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"Package", "Description", "version"}, all[0].Names()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := all[0].Get("Version") + all[1].Get("Package") + all[1].Get("Version"); got != "1b" {
		t.Errorf("got %q", got)
	}
}

func TestParagraphErrors(t *testing.T) {
	for text, want := range map[string]string{
		" a\n":                               "f: line 1: it continues a field, and there is none before it",
		"A: b\nno field\n":                   `f: line 2: want a field such as "Package: name", got "no field"`,
		"<html>\n":                           `f: line 1: want a field such as "Package: name", got "<html>"`,
		"A: " + strings.Repeat("x", longest): "f: line 1: it is longer than 1048576 bytes",
	} {
		if _, err := Parse("f", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
}

func TestKeep(t *testing.T) {
	r := NewReader(strings.NewReader("A: 1\nB: 2\n more\nC: 3\n 4\n"), map[string]bool{"A": true, "C": true})
	if p, err := r.Next(); p != "A: 1\nC: 3\n 4\n" || err != nil {
		t.Errorf("got %q, %v", p, err)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
}

func TestRelations(t *testing.T) {
	for text, want := range map[string]string{
		"libc6 (>= 2.36), perl:any":    "libc6 (>= 2.36), perl:any",
		" a(=1)|b ( << 2:1.0-3~ ) ,\n": "a (= 1) | b (<< 2:1.0-3~)",
		"a (< 1), b (> 2)":             "a (<= 1), b (>= 2)",
		"":                             "",
		"a (1)":                        `"a (1)": want a package such as "libc6 (>= 2.36)"`,
		"a (= 1":                       `"a (= 1": want a package such as "libc6 (>= 2.36)"`,
		"a b":                          `"a b": "a b" is no name of a package`,
		"../a":                         `"../a": "../a" is no name of a package`,
		"a |":                          `"": "" is no name of a package`,
	} {
		all, err := Relations(text)
		var each []string
		for _, a := range all {
			each = append(each, a.String())
		}
		got := strings.Join(each, ", ")
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestHolds(t *testing.T) {
	for _, test := range []struct {
		have, operator, version string
		want                    bool
	}{
		{"1.0", "", "", true}, {"", ">=", "1", false}, {"1.0~rc1", "<<", "1.0", true}, {"1.0", "<<", "1.0", false},
		{"1:0.1", ">>", "9", true}, {"1.0-1", "=", "1.0-1", true}, {"1.0-1+b1", "=", "1.0-1", false},
		{"1.10", ">=", "1.9", true}, {"2", "<=", "10", true}, {"x", ">=", "0", false},
	} {
		r := Relation{"a", "", test.operator, test.version}
		if got := r.Holds(test.have); got != test.want {
			t.Errorf("%s: %s gives %v", r, test.have, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Package: a\nDepends: b (>= 1) | c, d\n e\n\nPackage: f\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := Parse("f", []byte(text))
		if err != nil {
			return
		}
		for _, p := range all {
			for _, name := range p.Names() {
				if _, err := Relations(p.Get(name)); err != nil {
					continue
				}
			}
		}
	})
}
