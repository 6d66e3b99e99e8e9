package stamp

import (
	"strings"
	"testing"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

func TestFill(t *testing.T) {
	all := Known("1.2.3-rc.1+linux", commit, "2026-01-31T12:00:00Z", "false")
	for _, c := range []struct{ text, want, wrong string }{
		{"", "", ""},
		{"-s -w", "-s -w", ""},
		{"-X main.version={{.Version}} -X main.commit={{ .ShortCommit }}", "-X main.version=1.2.3-rc.1+linux -X main.commit=0123456", ""},
		{"{{.Major}}.{{.Minor}}.{{.Patch}}", "1.2.3", ""},
		{"{{.Commit}} {{.Date}} {{.Dirty}}", commit + " 2026-01-31T12:00:00Z false", ""},
		{"{{{{.Time}} {{{{{{.Version}}", "{{.Time}} {{1.2.3-rc.1+linux", ""},
		{"}} }", "}} }", ""},
		{"{{.Verison}}", "", "{{.Verison}} is no stamp; did you mean {{.Version}}?"},
		{"{{.version}}", "", "{{.version}} is no stamp; did you mean {{.Version}}?"},
		{"{{Version}}", "", "{{Version}} is no stamp; write {{.Version}}"},
		{"{{.Env.HOME}}", "", "{{.Env.HOME}} is no stamp; the stamps are Version, Major, Minor, Patch, Commit, ShortCommit, Date, Dirty, Branch, Image; write {{{{ for {{ itself"},
		{"{{printf `%d` 1}}", "", "{{printf `%d` 1}} is no stamp; the stamps are Version, Major, Minor, Patch, Commit, ShortCommit, Date, Dirty, Branch, Image; write {{{{ for {{ itself"},
		{"a {{.Version", "a ", "{{ without }}; write {{{{ for {{ itself"},
		{"{{}}", "", "{{}} is no stamp; the stamps are Version, Major, Minor, Patch, Commit, ShortCommit, Date, Dirty, Branch, Image; write {{{{ for {{ itself"},
	} {
		fills(t, all, c.text, c.want, c.wrong)
	}
}

func TestUnknown(t *testing.T) {
	fills(t, Values{}, "{{.Version}}", "", "{{.Version}} is not known; pass --build-arg VERSION=1.2.3")
	fills(t, Values{}, "{{.Major}} {{.Dirty}}", " ", "{{.Major}} is not known; pass --build-arg VERSION=1.2.3\n{{.Dirty}} is not known; pass --build-arg DIRTY=false, or true")
	fills(t, Known("nightly", "", "", ""), "{{.Version}} {{.Minor}}", "nightly ", "{{.Minor}} is not known, because the version nightly has not three numbers; pass --build-arg VERSION=1.2.3")
	fills(t, Known("1.2", "", "", ""), "{{.Major}}", "", "{{.Major}} is not known, because the version 1.2 has not three numbers; pass --build-arg VERSION=1.2.3")
}

func fills(t *testing.T, v Values, text, want, wantWrong string) {
	t.Helper()
	got, ds := v.Fill(text)
	var wrong []string
	for _, d := range ds {
		wrong = append(wrong, d.String())
	}
	if w := strings.Join(wrong, "\n"); got != want || w != wantWrong {
		t.Errorf("Fill(%q)\ngot  %q, %s\nwant %q, %s", text, got, w, want, wantWrong)
	}
}

// FuzzFill: a text that names no stamp comes out as it is, and nothing in a
// value is looked at again.
func FuzzFill(f *testing.F) {
	f.Add("{{.Version}}", "1.2.3")
	f.Add("{{{{{{.Version}}}}", "{{.Commit}}")
	f.Fuzz(func(t *testing.T, text, version string) {
		got, wrong := Known(version, "", "", "").Fill(text)
		if !strings.Contains(text, open) && (got != text || wrong != nil) {
			t.Errorf("%q became %q, %v", text, got, wrong)
		}
		if again, _ := Known(version, "", "", "").Fill(text); again != got {
			t.Errorf("%q became %q, and then %q", text, got, again)
		}
		if escaped, wrong := Known(version, "", "", "").Fill(strings.ReplaceAll(text, open, open+open)); escaped != text || wrong != nil {
			t.Errorf("%q escaped became %q, %v", text, escaped, wrong)
		}
	})
}
