package alpine

import (
	"bytes"
	"crypto"
	"fmt"
	"sync"
	"testing"

	"github.com/gohull/gohull/internal/apkrepo"
)

// keys are those that tests have made: making one takes long.
var keys sync.Map

func newKey(t testing.TB, name string) *apkrepo.Key {
	t.Helper()
	if key, ok := keys.Load(name); ok {
		return key.(*apkrepo.Key)
	}
	key, err := apkrepo.NewKey(name)
	if err != nil {
		t.Fatal(err)
	}
	keys.Store(name, key)
	return key
}

func TestIndex(t *testing.T) {
	key, other := newKey(t, "a.rsa.pub"), newKey(t, "b.rsa.pub")
	git := key.Build(apkrepo.Package{Name: "git", Version: "2.49.1-r0", Arch: "x86_64", Provides: []string{"cmd:git=2.49.1-r0"}, Priority: 3})
	trusted := map[string][]byte{"a.rsa.pub": key.Public(), "c.rsa.pub": []byte("no key")}
	for hash, name := range map[crypto.Hash]string{crypto.SHA1: "RSA", crypto.SHA256: "RSA256", crypto.SHA512: "RSA512"} {
		all, err := openIndex("index", key.Index(hash, git), trusted)
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %v, %v", name, all, err)
			continue
		}
		want := pkg{name: "git", version: "2.49.1-r0", arch: "x86_64", checksum: git.Checksum, origin: "git", size: int64(len(git.Data)), provides: "cmd:git=2.49.1-r0", priority: 3}
		if *all[0] != want {
			t.Errorf("%s: got  %+v\nwant %+v", name, *all[0], want)
		}
	}
	good := key.Index(crypto.SHA256, git)
	changed := bytes.Clone(good)
	changed[len(changed)-1]++
	_, signed, err := splitIndex(good)
	if err != nil {
		t.Fatal(err)
	}
	stranger := newKey(t, "c.rsa.pub")
	for _, c := range []struct {
		data []byte
		want string
	}{
		{other.Index(crypto.SHA256, git), "it is signed by b.rsa.pub, and the base trusts a.rsa.pub, c.rsa.pub"},
		{changed, "its signature by a.rsa.pub is wrong: the index is damaged, or somebody changed it"},
		{signed, "it has no signature"},
		{stranger.Index(crypto.SHA256, git), "/etc/apk/keys/c.rsa.pub: want a public key in PEM form"},
		{[]byte("ADBd"), "it has the format of apk 3 (ADB), want APKINDEX.tar.gz"},
		{[]byte("<html><body>Not found"), "no gzip data: gzip: invalid header"},
		{good[:40], "unexpected EOF"},
		{nil, "no gzip data: EOF"},
	} {
		if _, err := openIndex("index", c.data, trusted); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if _, err := openIndex("index", good, nil); fmt.Sprint(err) != "it is signed by a.rsa.pub, and the base trusts no key" {
		t.Error(err)
	}
}

func TestRepositories(t *testing.T) {
	l := repositoryList{variables: map[string]string{}}
	err := l.parse("/etc/apk/repositories", `# comment
https://a.example.com/v3.22/main/

set mirror=https://m.example.com
set -default mirror=https://other.example.com
@edge ${mirror}/edge/main
v2 @x ${mirror}/alpine main community
ndx https://n.example.com/dir/some.tar.gz
`)
	if err != nil {
		t.Fatal(err)
	}
	p := &pkg{name: "git", version: "2-r0"}
	var got string
	for _, r := range l.all {
		got += fmt.Sprintf("%d %q %s %s %s\n", r.order, r.tag, r.indexURL("x86_64"), r.packageURL("x86_64", p), r.at)
	}
	want := `0 "" https://a.example.com/v3.22/main/x86_64/APKINDEX.tar.gz https://a.example.com/v3.22/main/x86_64/git-2-r0.apk /etc/apk/repositories:2
1 "edge" https://m.example.com/edge/main/x86_64/APKINDEX.tar.gz https://m.example.com/edge/main/x86_64/git-2-r0.apk /etc/apk/repositories:6
2 "x" https://m.example.com/alpine/main/x86_64/APKINDEX.tar.gz https://m.example.com/alpine/main/x86_64/git-2-r0.apk /etc/apk/repositories:7
3 "x" https://m.example.com/alpine/community/x86_64/APKINDEX.tar.gz https://m.example.com/alpine/community/x86_64/git-2-r0.apk /etc/apk/repositories:7
4 "" https://n.example.com/dir/some.tar.gz https://n.example.com/dir/git-2-r0.apk /etc/apk/repositories:8
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for text, want := range map[string]string{
		"/media/cdrom/apks":       `f:1: found "/media/cdrom/apks", want an http or https URL`,
		"\nftp://x.example.com":   `f:2: found "ftp://x.example.com", want an http or https URL`,
		"@edge":                   "f:1: there is no URL",
		"v3 https://x":            "f:1: repositories with an index of apk 3 (Packages.adb) are not supported, want one with APKINDEX.tar.gz",
		"https://x/P.adb":         "f:1: an index of apk 3 (P.adb) is not supported, want APKINDEX.tar.gz",
		"https://${nowhere}/main": "f:1: the variable ${nowhere} is not set",
		"set x":                   `f:1: found "x" after set, want name=value`,
	} {
		if err := (&repositoryList{}).parse("f", text); err == nil || err.Error() != want {
			t.Errorf("%q: got  %v\nwant %s", text, err, want)
		}
	}
}
