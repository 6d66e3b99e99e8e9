package stamp

import (
	"strings"
	"testing"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

func TestFill(t *testing.T) {
	all := known(t, "Version", "1.2.3-rc.1+linux", "Commit", commit, "Date", "2026-01-31T13:00:00+01:00", "Dirty", "false")
	for _, c := range []struct{ text, want, wrong string }{
		{"", "", ""},
		{"-s -w", "-s -w", ""},
		{"-X main.version={{.Version}} -X main.commit={{ .ShortCommit }}", "-X main.version=1.2.3-rc.1+linux -X main.commit=0123456", ""},
		{"{{.Major}}.{{.Minor}}.{{.Patch}}", "1.2.3", ""},
		{"{{.Commit}} {{.Date}} {{.Dirty}}", commit + " 2026-01-31T12:00:00Z false", ""},
		{"{{{{.Time}} {{{{{{.Version}}", "{{.Time}} {{1.2.3-rc.1+linux", ""},
		{"}} }", "}} }", ""},
		{"{{.Verison}}", "", "{{.Verison}} is not a stamp; did you mean {{.Version}}?"},
		{"{{.version}}", "", "{{.version}} is not a stamp; did you mean {{.Version}}?"},
		{"{{Version}}", "", "{{Version}} is not a stamp; write {{.Version}}"},
		{"{{.Env.HOME}}", "", "{{.Env.HOME}} is not a stamp; the stamps are Version, Major, Minor, Patch, Commit, ShortCommit, Date, Dirty, TreeState, Branch, Describe, Image; write {{{{ for {{ itself"},
		{"{{printf `%d` 1}}", "", "{{printf `%d` 1}} is not a stamp; the stamps are Version, Major, Minor, Patch, Commit, ShortCommit, Date, Dirty, TreeState, Branch, Describe, Image; write {{{{ for {{ itself"},
		{"a {{.Version", "a ", "{{ without }}; write {{{{ for {{ itself"},
		{"{{}}", "", "{{}} is not a stamp; the stamps are Version, Major, Minor, Patch, Commit, ShortCommit, Date, Dirty, TreeState, Branch, Describe, Image; write {{{{ for {{ itself"},
	} {
		fills(t, all, c.text, c.want, c.wrong)
	}
}

func TestUnknown(t *testing.T) {
	fills(t, Values{}, "{{.Version}}", "", "{{.Version}} is not known; pass --build-arg VERSION=1.2.3")
	fills(t, Values{}, "{{.Major}} {{.Dirty}}", " ", "{{.Major}} is not known; pass --build-arg VERSION=1.2.3\n{{.Dirty}} is not known; pass --build-arg DIRTY=false, or true")
	fills(t, known(t, "Version", "nightly"), "{{.Version}} {{.Minor}}", "nightly ", "{{.Minor}} is not known, because the version nightly does not have three numbers; pass --build-arg VERSION=1.2.3")
	fills(t, known(t, "Version", "1.2"), "{{.Major}}", "", "{{.Major}} is not known, because the version 1.2 does not have three numbers; pass --build-arg VERSION=1.2.3")
}

// known returns values that are all valid.
func known(t *testing.T, pairs ...string) Values {
	t.Helper()
	var v Values
	for i := 0; i < len(pairs); i += 2 {
		var err error
		if v, err = v.With(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// TestWith has what each stamp makes of a value; an error stands in brackets.
func TestWith(t *testing.T) {
	const aBranch = ", wanted the name of a branch, as `git branch --show-current` prints it)"
	for _, c := range []struct{ name, value, want string }{
		{"Version", "v1.2.3", "1.2.3"},
		{"Version", "nightly", "nightly"},
		{"Version", "v-extld=x", "(\"v-extld=x\", wanted a version like 1.2.3, without spaces and slashes)"},
		{"Version", "release/1.2", "(\"release/1.2\", wanted a version like 1.2.3, without spaces and slashes)"},
		{"Commit", commit + "-dirty", commit},
		{"Commit", "main", "(\"main\", wanted a commit in hexadecimal, as `git rev-parse HEAD` prints it)"},
		{"Date", "2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z"},
		{"Date", "31.1.2026", "(\"31.1.2026\", wanted a date like 2026-01-31T12:00:00Z, as `git log -1 --format=%cI` prints it)"},
		{"Dirty", "1", "(\"1\", wanted true or false)"},
		{"Branch", "feature/o'neil", "feature/o'neil"},
		{"Branch", "größe@2#\"x\"", "größe@2#\"x\""},
		{"Branch", "a -linkmode=external", "(\"a -linkmode=external\"" + aBranch},
		{"Branch", "-x", "(\"-x\"" + aBranch},
		{"Branch", "a//b", "(\"a//b\"" + aBranch},
		{"Branch", "a/.b", "(\"a/.b\"" + aBranch},
		{"Branch", "a.lock", "(\"a.lock\"" + aBranch},
		{"Branch", "a..b", "(\"a..b\"" + aBranch},
		{"Branch", "a\nb", "(\"a\\nb\"" + aBranch},
		{"Branch", "a\u202eb", "(\"a\\u202eb\"" + aBranch},
		{"Branch", "a\xffb", "(\"a\\xffb\"" + aBranch},
		{"Branch", strings.Repeat("a", 256), "(\"" + strings.Repeat("a", 40) + "…\"" + aBranch},
	} {
		v, err := Values{}.With(c.name, c.value)
		got := v.Get(c.name)
		if err != nil {
			got += "(" + err.Error() + ")"
		}
		if got != c.want {
			t.Errorf("%s %q is %s, want %s", c.name, c.value, got, c.want)
		}
	}
}

// TestWithout: a refused value is reported once, what does not fit says why, and
// a question leaves stamps without a value in the text.
func TestWithout(t *testing.T) {
	const text = "{{.Version}} {{.Minor}} {{ .Branch }} {{.Vesion}}"
	const misspelt = "\n{{.Vesion}} is not a stamp; did you mean {{.Version}}?"
	branch := "{{.Branch}} is not known, because .git/HEAD has none; pass --build-arg BRANCH=$(git branch --show-current)"
	fills(t, Values{}.Refused("Version").Unfit("Branch", ".git/HEAD has none"), text, "   ", branch+misspelt)
	fills(t, Values{}.AsWritten(), text, "{{.Version}} {{.Minor}} {{.Branch}} ", strings.TrimPrefix(misspelt, "\n"))
	dirty := known(t, "Commit", commit+"-dirty")
	fills(t, dirty, "{{.Dirty}} {{.TreeState}} {{.ShortCommit}}", "true dirty 0123456", "")
	fills(t, known(t, "Commit", commit+"-dirty", "Dirty", "false"), "{{.Dirty}} {{.TreeState}}", "false clean", "")
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
		values, err := Values{}.With("Version", version)
		if err != nil {
			return
		}
		got, wrong := values.Fill(text)
		if !strings.Contains(text, open) && (got != text || wrong != nil) {
			t.Errorf("%q became %q, %v", text, got, wrong)
		}
		if again, _ := values.Fill(text); again != got {
			t.Errorf("%q became %q, and then %q", text, got, again)
		}
		if escaped, wrong := values.Fill(strings.ReplaceAll(text, open, open+open)); escaped != text || wrong != nil {
			t.Errorf("%q escaped became %q, %v", text, escaped, wrong)
		}
	})
}

// TestArgs fills in build args of a spec, next to stamps.
func TestArgs(t *testing.T) {
	v := known(t, "Version", "1.2.3").WithArgs(map[string]string{"EDITION": "oss", "EMPTY": ""})
	fills(t, v, "{{.Version}} {{ .Args.EDITION }}{{.Args.EMPTY}}", "1.2.3 oss", "")
	fills(t, v, "{{.Args.EDITON}}", "", "{{.Args.EDITON}} is not a build arg of the spec; did you mean {{.Args.EDITION}}?")
	fills(t, v, "{{.Args.OTHER}}", "", "{{.Args.OTHER}} is not a build arg of the spec; declare it with a default: `args: {OTHER: …}`")
	fills(t, Values{}.AsWritten(), "{{.Args.OTHER}}", "{{.Args.OTHER}}", "")
	if err := ValidateArg("a\nb"); err == nil {
		t.Error("a value of two lines is valid")
	}
	if err := ValidateArg("two words, $X 'quoted'"); err != nil {
		t.Error(err)
	}
}
