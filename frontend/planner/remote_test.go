package planner

import "testing"

func TestRepositoryURL(t *testing.T) {
	for remote, want := range map[string]string{
		"":                                     "",
		"git@git.example:acme/hello.git":       "https://git.example/acme/hello",
		"git.example:acme/hello":               "https://git.example/acme/hello",
		"ssh://git@git.example/acme/hello.git": "https://git.example/acme/hello",
		"ssh://git@git.example:2222/acme/hello.git/":   "https://git.example/acme/hello",
		"git+ssh://git@git.example/acme/hello":         "https://git.example/acme/hello",
		"git://git.example:9418/acme/hello.git":        "https://git.example/acme/hello",
		"https://git.example/acme/hello.git":           "https://git.example/acme/hello",
		"https://git.example:8443/acme/hello.git/":     "https://git.example:8443/acme/hello",
		"HTTPS://Me:secret@Git.Example/Acme/Hello.git": "https://git.example/Acme/Hello",
		"https://token@git.example/acme/hello?x=1#y":   "https://git.example/acme/hello",
		"https://me:p%40w@git.example/acme/hello":      "https://git.example/acme/hello",
		"http://git.example/acme/hello":                "http://git.example/acme/hello",
		"https://git.example/acme/a%20b.git":           "https://git.example/acme/a%20b",
		// Azure DevOps has another host and path for each protocol.
		"git@ssh.dev.azure.com:v3/acme/shop/api":                    "https://dev.azure.com/acme/shop/_git/api",
		"https://acme@dev.azure.com/acme/shop/_git/api":             "https://dev.azure.com/acme/shop/_git/api",
		"acme@vs-ssh.visualstudio.com:v3/acme/shop/api":             "https://acme.visualstudio.com/shop/_git/api",
		"https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a",
		// What has no address that others could follow.
		"codecommit::eu-west-1://repo":         "",
		"codecommit://repo":                    "",
		"ext::ssh -p 22 git@git.example x.git": "",
		"persistent-https://git.example/x":     "",
		"file:///srv/git/hello.git":            "",
		"file://me:secret@nas.example/x":       "",
		"/srv/git/hello.git":                   "",
		"../hello":                             "",
		`C:\src\hello`:                         "",
		"C:/src/hello":                         "",
		"work:acme/hello":                      "",
		"git@nas:/volume1/git/hello.git":       "",
		"git@git.example:/srv/git/hello.git":   "",
		"git@git.example:~me/hello.git":        "",
		"ssh://git@git.example/~me/hello":      "",
		"https://git.example/acme/../hello":    "",
		"https://git.example":                  "",
		"https://git.example/a\nb":             "",
		"me:secret@git.example:acme/hello":     "",
		"git@[2001:db8::1]:acme/hello.git":     "",
	} {
		if got := repositoryURL(remote); got != want {
			t.Errorf("repositoryURL(%q) is %q, want %q", remote, got, want)
		}
	}
}
