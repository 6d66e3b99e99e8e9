package netenv

import (
	"slices"
	"strings"
	"testing"
)

// TestCredentials writes one password in many ways; none may get through, nor
// into the message.
func TestCredentials(t *testing.T) {
	for _, value := range []string{
		"https://user:hunter2@proxy.example/go",
		"HTTPS://user:hunter2@proxy.example/go",
		"user:hunter2@proxy.example/go",
		"//user:hunter2@proxy.example/go",
		"https:/user:hunter2@proxy.example/go",
		"hunter2@proxy.example",
		"https://hunter2@proxy.example:8443?x=1",
		"file://user:hunter2@proxy.example/go",
		"direct,https://user:hunter2@proxy.example",
		"https://a.example|user:hunter2@proxy.example|direct",
		"https://a.example, user:hunter2@proxy.example",
		"https://us%65r:hunter2@proxy.example",
		"https://user:hunter2%40proxy.example",
		"https://user%3Ahunter2%40proxy.example#x",
		"https://user:hun@ter2@proxy.example",
		"sum.example+0123 https://user:hunter2@proxy.example",
		"https://user:hunter2@proxy.example/*.corp",
	} {
		for _, name := range Names() {
			d := Validate(name, value)
			if d == nil || !strings.HasPrefix(d.Message, `credentials for "proxy.example`) || strings.Contains(d.String(), "ter2") {
				t.Errorf("%s=%s gives %v", name, value, d)
			}
			if e, d := (Env{}).With(name, value); d == nil || e.Get(name) != "" {
				t.Errorf("%s=%s is part of the settings", name, value)
			}
		}
		if got := Redact(value); strings.Contains(got, "ter2") || !strings.Contains(got, "proxy.example") {
			t.Errorf("%s is redacted as %s", value, got)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"GOPROXY", "https://proxy.example/go|http://b.example:3000, file:///mirror,direct", ""},
		{"GOPROXY", "proxy.example:8080/go,off", ""},
		{"GOPROXY", "direct", ""},
		{"GOPROXY", "Direct", `wanted a URL, direct or off, found "Direct"; write direct`},
		{"GOPROXY", "dirct", `wanted a URL, direct or off, found "dirct"; did you mean direct?`},
		{"GOPROXY", "proxy", `wanted a URL, direct or off, found "proxy"`},
		{"GOPROXY", " , ", `wanted a URL, direct or off, found " , "`},
		{"GOPROXY", "ssh://proxy.example", `a module proxy with the scheme "ssh"; write one that begins with https://`},
		{"GOPROXY", "https:///go", `"https:///go" names no host; write one that begins with https://`},
		{"GOPROXY", "https://proxy.example\nGOFLAGS=x", `the character '\n'; remove it`},
		{"GOPRIVATE", "*.corp.example,git.example/acme", ""},
		{"GOPRIVATE", "a,[b-", `"[b-" is not a pattern; write one as in GOPRIVATE: *.corp.example`},
		{"GONOSUMDB", "a\x00b", `the character '\x00'; remove it`},
		{"GOSUMDB", "sum.example+0123abcd https://sum.example/mirror", ""},
		{"GOSUMDB", "off", ""},
	} {
		got := ""
		if d := Validate(c.name, c.value); d != nil {
			got = d.String()
		}
		if got != c.want {
			t.Errorf("%s=%s\ngot  %s\nwant %s", c.name, c.value, got, c.want)
		}
	}
}

// TestEnv: an empty value is none, and the last one holds.
func TestEnv(t *testing.T) {
	var e Env
	for _, s := range [][2]string{{"GOPROXY", "direct"}, {"GOPRIVATE", "a.example"}, {"GOPRIVATE", ""}, {"GOPROXY", "off"}, {"GOSUMDB", ""}} {
		before := e.List()
		next, d := e.With(s[0], s[1])
		if d != nil || !slices.Equal(e.List(), before) {
			t.Errorf("%s=%s: %v; the settings were %q and are %q", s[0], s[1], d, before, e.List())
		}
		e = next
	}
	if got, want := e.List(), []string{"GOPRIVATE=a.example", "GOPROXY=off"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRedact(t *testing.T) {
	for value, want := range map[string]string{
		"http://proxy.example:3128":        "http://proxy.example:3128",
		"http://me:secret@proxy.example":   "http://***@proxy.example",
		"me:secret@proxy.example:3128":     "***@proxy.example:3128",
		"http://me%40corp:s@proxy.example": "http://***@proxy.example",
		"me:a://b@proxy.example":           "***@proxy.example",
	} {
		if got := Redact(value); got != want {
			t.Errorf("Redact(%q) is %q, want %q", value, got, want)
		}
	}
}
