package planner

import "testing"

func TestRepositoryURL(t *testing.T) {
	for remote, want := range map[string]string{
		"":                                    "",
		"git@git.example:acme/hello.git":      "https://git.example/acme/hello",
		"git.example:acme/hello":              "https://git.example/acme/hello",
		"ssh://git@git.example:22/acme/hello": "https://git.example/acme/hello",
		"git://git.example/acme/hello.git":    "https://git.example/acme/hello",
		"https://git.example:8443/a.git":      "https://git.example:8443/a",
		"https://me:secret@git.example/a?b#c": "https://git.example/a",
		"http://git.example/a":                "http://git.example/a",
		"/srv/git/hello.git":                  "",
		"../hello":                            "",
		"file:///srv/git/hello.git":           "",
		`C:\src\hello`:                        "",
		"https://%zz":                         "",
	} {
		if got := repositoryURL(remote); got != want {
			t.Errorf("%q became %q, want %q", remote, got, want)
		}
	}
}
