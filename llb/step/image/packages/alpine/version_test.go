package alpine

import (
	"strings"
	"testing"
)

func TestVersions(t *testing.T) {
	for _, c := range []string{
		"1.2.3 = 1.2.3", "1.2.3 < 1.2.10", "1.2 < 1.2.0", "1.02 < 1.1", "2.1 > 1.9", "010 = 10",
		"1.0 < 1.0a", "1.0a < 1.0b", "1.0a < 1.0.1",
		"1.0_alpha < 1.0_beta", "1.0_beta < 1.0_pre1", "1.0_pre1 < 1.0_pre2", "1.0_pre2 < 1.0_rc1", "1.0_rc1 < 1.0",
		"1.0 < 1.0_cvs1", "1.0_cvs1 < 1.0_svn1", "1.0_svn1 < 1.0_git20240101", "1.0_git20240101 < 1.0_hg1", "1.0_hg1 < 1.0_p1",
		"1.0_rc1_p2 > 1.0_rc1", "1.0_p < 1.0_p1", "1.0-r0 < 1.0-r1", "1.0-r9 < 1.0-r10", "1.0 < 1.0-r0", "1.0_rc1-r5 < 1.0-r0",
		"1.0~aa < 1.0~ab", "1.0~aa-r0 < 1.0~aa-r1", "99999999999999999999998 < 99999999999999999999999",
		"3.12 ~ 3.12", "3.12.4-r0 ~ 3.12", "3.12.4-r0 ~ 3", "3.12_git1 ~ 3.12", "3.1 !~ 3.12", "3.120 !~ 3.12", "3.12 !~ 3.12.1", "3.12.4-r1 !~ 3.12.4-r0",
	} {
		f := strings.Fields(c)
		a, op, b := f[0], f[1], f[2]
		if strings.HasSuffix(op, "~") {
			if got, want := compareVersions(a, b, true) == 0, op == "~"; got != want {
				t.Errorf("%s: got %t", c, got)
			}
			continue
		}
		want := map[string]int{"<": -1, "=": 0, ">": 1}[op]
		if got, back := compareVersions(a, b, false), compareVersions(b, a, false); got != want || back != -want {
			t.Errorf("%s: got %d, and %d the other way", c, got, back)
		}
	}
	for _, s := range []string{"", "a", "1.", "1.a", "1.0_", "1.0_foo", "1.0-1", "1.0-r", "1.0-r1-r2", "1.0~", "1.0ab", "1-r1.2", "1_p1a", "1 "} {
		if validVersion(s) {
			t.Errorf("%q is valid", s)
		}
	}
}

func TestDependencies(t *testing.T) {
	p := &pkg{name: "x", checksum: "Q1abc="}
	for _, c := range []struct {
		word, version string
		want          bool
	}{
		{"x", "1", true}, {"x", "", true}, {"x=1.0-r0", "1.0-r0", true}, {"x=1.0-r0", "1.0-r1", false}, {"x>1", "1", false}, {"x>=1", "1", true},
		{"x<2", "1.9", true}, {"x<=2", "2", true}, {"x~3.12", "3.12.4-r0", true}, {"x~=3.12", "3.11", false}, {"x>~3.12", "3.13", true},
		{"x>2", "", true}, {"x><Q1abc=", "1", true}, {"x><Q1abd=", "1", false}, {"!x<2", "1", true},
	} {
		d, err := parseDependency(c.word)
		if err != nil || d.String() != c.word {
			t.Errorf("%s: read as %s, %v", c.word, d, err)
		}
		if got := d.matches(provider{p, c.version}); got != c.want {
			t.Errorf("%s: %t for %q", c.word, got, c.version)
		}
	}
	for _, word := range []string{"", "!", "=1", "x=", "x==1", "x=a", "x><", "@edge", "x><>1", "a b"} {
		if d, err := parseDependency(word); err == nil && word != "x><" {
			t.Errorf("%q is read as %+v", word, d)
		}
	}
}
