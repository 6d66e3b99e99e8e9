package alpine

import (
	"bytes"
	"crypto"
	"testing"

	"github.com/gohull/gohull/internal/apkrepo"
)

// FuzzVersions checks that the order of versions is the same from both sides.
func FuzzVersions(f *testing.F) {
	f.Add("1.2_rc1-r3", "1.02a~ab")
	f.Fuzz(func(t *testing.T, a, b string) {
		if x, y := compareVersions(a, b, false), compareVersions(b, a, false); x != -y {
			t.Errorf("%q and %q: %d, and %d the other way", a, b, x, y)
		}
		if compareVersions(a, a, true) != 0 {
			t.Errorf("%q is not itself", a)
		}
	})
}

// FuzzDependency checks that a dependency is written as it was read.
func FuzzDependency(f *testing.F) {
	f.Add("!so:libz.so.1>=1.3-r0")
	f.Add("git@edge~2.49")
	f.Fuzz(func(t *testing.T, word string) {
		d, err := parseDependency(word)
		if err != nil {
			return
		}
		again, err := parseDependency(d.String())
		if err != nil || again != d {
			t.Errorf("%q: %+v, then %+v, %v", word, d, again, err)
		}
	})
}

func FuzzIndex(f *testing.F) {
	key := newKey(f, "a.rsa.pub")
	f.Add(key.Index(crypto.SHA256), "P:a\nV:1\nS:5\n\nP:b\nV:2\n")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		if all, err := openIndex("index", data, nil); err == nil {
			t.Errorf("%v without a key", all)
		}
		all, err := parsePackages("index", text)
		if err != nil {
			return
		}
		r := &repository{}
		for _, p := range all {
			p.repository = r
		}
		c := newCatalog(nil, all)
		for _, p := range all {
			_, _ = c.solve(nil, []dependency{{name: p.name}}) // must end
		}
	})
}

func FuzzRepositories(f *testing.F) {
	f.Add("set a=https://x\n@edge ${a}/b main\n")
	f.Fuzz(func(t *testing.T, text string) {
		l := repositoryList{variables: map[string]string{}}
		_ = l.parse("repositories", text) // must not panic
	})
}

func FuzzScript(f *testing.F) {
	f.Add(busyboxTrigger)
	f.Fuzz(func(t *testing.T, text string) {
		calls, err := parseScript(text)
		for _, c := range calls {
			if !doable[c.name] && err == nil {
				t.Errorf("%q calls %s", text, c.name)
			}
		}
	})
}

// FuzzDatabase checks that what was written is read again, and that nothing is lost.
func FuzzDatabase(f *testing.F) {
	f.Add(installedText)
	f.Fuzz(func(t *testing.T, text string) {
		db, err := parseDatabase("installed", text)
		if err != nil {
			return
		}
		first := db.String()
		again, err := parseDatabase("installed", first)
		if err != nil || again.String() != first {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzControl checks that the lines of a package in the database are one package.
func FuzzControl(f *testing.F) {
	f.Add("pkgname = git\npkgver = 1\ndepend = a\ndatahash = x\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := &control{lists: map[string][]string{}, sum: checksum{"sha1", make([]byte, 20)}}
		if c.parseInfo(text) != nil || !isName(c.name) || !isVersionText(c.version) {
			return
		}
		db, err := parseDatabase("installed", c.stanza(""))
		if err != nil || len(db.stanzas) != 1 || db.stanzas[0].name != c.name || len(db.stanzas[0].dirs) != 0 {
			t.Errorf("%q: %v in %q", text, err, c.stanza(""))
		}
	})
}

func FuzzArchive(f *testing.F) {
	key := newKey(f, "a.rsa.pub")
	a := key.Build(apkrepo.Package{Name: "git", Version: "1-r0", Files: []apkrepo.File{{Name: "x", Content: "y"}}})
	p := locked(f, a)
	_, signed, _ := bytes.Cut(a.Data[10:], []byte("\x1f\x8b\x08")) // without the signature
	f.Add(a.Data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := readArchive(p, bytes.NewReader(data), handler{}); err == nil && !bytes.HasSuffix(data, signed) {
			t.Error("another archive has the same checksum")
		}
	})
}

func FuzzProtected(f *testing.F) {
	f.Add("+etc\n-etc/keys\n", "etc/keys/x")
	f.Fuzz(func(t *testing.T, text, name string) {
		parseProtected(text).has(name) // must not panic
	})
}
