package alpine

import (
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
	key, err := apkrepo.NewKey("a.rsa.pub")
	if err != nil {
		f.Fatal(err)
	}
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
