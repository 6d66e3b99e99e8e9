package repository

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/gohull/gohull/llb/step/image/packages/debian/resolve"
	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"
)

// noon is when the tests run.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func newKey(t *testing.T, name string) *openpgp.Entity {
	t.Helper()
	key, err := openpgp.NewEntity(name, "", name+"@example.com", &packet.Config{Time: func() time.Time { return noon.AddDate(-1, 0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// site is a web server: what is at its addresses.
type site map[string][]byte

func (s site) fetch(_ context.Context, url string) (io.ReadCloser, error) {
	data, found := s[url]
	if !found {
		return nil, fmt.Errorf("%s: %w", url, fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

const root = "http://deb.example/debian"

var source = Source{URL: root, Suite: "bookworm", Components: []string{"main"}, Where: "/etc/apt/sources.list:1"}

const index = `Package: git
Version: 1:2.39.5-0+deb12u2
Architecture: amd64
Maintainer: Somebody
Description: not kept
 at all
Filename: pool/main/g/git/git_2.39.5_amd64.deb
Size: 7
SHA256: 00

Package: git
Architecture: arm64
Version: 1
`

// publish returns a signed suite. fields are added to those of Release.
func publish(t *testing.T, fields string, files map[string]string, keys ...*openpgp.Entity) site {
	t.Helper()
	release := "Suite: oldstable\nCodename: bookworm\nComponents: main contrib\n" + fields + "SHA256:\n"
	s := site{}
	for name, text := range files {
		data := compressed(t, name, text)
		release += fmt.Sprintf(" %x %d %s\n", sha256.Sum256(data), len(data), name)
		s[root+"/dists/bookworm/"+name] = data
	}
	s[root+"/dists/bookworm/InRelease"] = sign(t, release, keys...)
	return s
}

func compressed(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch {
	case strings.HasSuffix(name, ".gz"):
		w = gzip.NewWriter(&b)
	case strings.HasSuffix(name, ".xz"):
		x, err := xz.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = x
	default:
		return []byte(text)
	}
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

func sign(t *testing.T, text string, keys ...*openpgp.Entity) []byte {
	t.Helper()
	var private []*packet.PrivateKey
	for _, key := range keys {
		private = append(private, key.PrivateKey)
	}
	var b bytes.Buffer
	w, err := clearsign.EncodeMulti(&b, private, &packet.Config{Time: func() time.Time { return noon.AddDate(0, 0, -1) }})
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read returns the packages of the source, or the error.
func read(t *testing.T, s Source, at site, keys ...*openpgp.Entity) string {
	t.Helper()
	r, err := s.Release(t.Context(), at.fetch, keys, noon)
	var got strings.Builder
	if err == nil {
		err = s.Packages(t.Context(), at.fetch, r, "amd64", func(p *resolve.Package) {
			fmt.Fprintln(&got, p, p.Names(), p.Priority)
		})
	}
	if err != nil {
		return "error: " + err.Error()
	}
	return got.String()
}

const want = "git 1:2.39.5-0+deb12u2 [Package Version Architecture Filename Size SHA256] 500\n"

func TestPackages(t *testing.T) {
	key := newKey(t, "archive")
	for name, files := range map[string]map[string]string{
		"plain":          {"main/binary-amd64/Packages": index},
		"gz":             {"main/binary-amd64/Packages.gz": index},
		"xz":             {"main/binary-amd64/Packages.xz": index},
		"gz before xz":   {"main/binary-amd64/Packages.gz": index, "main/binary-amd64/Packages.xz": "?"},
		"without an all": {"main/binary-amd64/Packages": index, "main/binary-all/Packages": ""},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, read(t, source, publish(t, "", files, key), key)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestSecondKey(t *testing.T) {
	old, key := newKey(t, "old"), newKey(t, "new")
	at := publish(t, "", map[string]string{"main/binary-amd64/Packages": index}, old, key)
	if got := read(t, source, at, key); got != want {
		t.Errorf("signed by two keys of which one is known: %s", got)
	}
}

func TestByHash(t *testing.T) {
	key := newKey(t, "archive")
	at := publish(t, "Acquire-By-Hash: yes\n", map[string]string{"main/binary-amd64/Packages": index}, key)
	plain := root + "/dists/bookworm/main/binary-amd64/Packages"
	byHash := maps.Clone(at)
	byHash[fmt.Sprintf("%s/dists/bookworm/main/binary-amd64/by-hash/SHA256/%x", root, sha256.Sum256(at[plain]))] = at[plain]
	byHash[plain] = []byte("a newer one")
	for _, at := range []site{at, byHash} {
		if got := read(t, source, at, key); got != want {
			t.Error(got)
		}
	}
}

func TestPriorities(t *testing.T) {
	key := newKey(t, "archive")
	for fields, priority := range map[string]string{
		"NotAutomatic: yes\n":                            " 1\n",
		"NotAutomatic: yes\nButAutomaticUpgrades: yes\n": " 100\n",
	} {
		at := publish(t, fields, map[string]string{"main/binary-amd64/Packages": index}, key)
		if got := read(t, source, at, key); !strings.HasSuffix(got, priority) {
			t.Errorf("%q: got %q, want %q", fields, got, priority)
		}
	}
}

func TestRefused(t *testing.T) {
	key, other := newKey(t, "archive"), newKey(t, "other")
	files := map[string]string{"main/binary-amd64/Packages": index}
	signed := func(fields string) site { return publish(t, fields, files, key) }
	inRelease := root + "/dists/bookworm/InRelease"
	with := func(s site, name string, edit func([]byte) []byte) site {
		s = maps.Clone(s)
		s[name] = edit(bytes.Clone(s[name]))
		return s
	}
	for name, test := range map[string]struct {
		source Source
		at     site
		want   string
	}{
		"no key of the base":  {source, publish(t, "", files, other), "signature made by unknown entity"},
		"edited":              {source, with(signed(""), inRelease, func(b []byte) []byte { return bytes.Replace(b, []byte("contrib"), []byte("coNtrib"), 1) }), "no signature is valid: key "},
		"text before":         {source, with(signed(""), inRelease, func(b []byte) []byte { return append([]byte("Codename: x\n\n"), b[len("-----BEGIN"):]...) }), "InRelease has no signature; does a proxy answer"},
		"a page":              {source, site{inRelease: []byte("<html>")}, "InRelease has no signature; does a proxy answer with a page of its own?"},
		"out of date":         {source, signed("Valid-Until: Mon, 01 Jun 2026 11:00:00 UTC\n"), "it is out of date since Mon, 01 Jun 2026 11:00:00 UTC; the mirror"},
		"another suite":       {Source{URL: root, Suite: "trixie", Components: source.Components}, site{root + "/dists/trixie/InRelease": signed("")[inRelease]}, "it is the suite oldstable (bookworm), want trixie"},
		"unknown suite":       {Source{URL: root, Suite: "bokworm", Components: source.Components}, signed(""), `is "bokworm" a suite of this repository?`},
		"unknown component":   {Source{URL: root, Suite: "bookworm", Components: []string{"main", "non-fre"}}, signed(""), "non-fre"},
		"edited index":        {source, with(signed(""), root+"/dists/bookworm/main/binary-amd64/Packages", func(b []byte) []byte { b[0]++; return b }), "as the signed Release says"},
		"longer index":        {source, with(signed(""), root+"/dists/bookworm/main/binary-amd64/Packages", func(b []byte) []byte { return append(b, 'x') }), "it has more than"},
		"no key":              {source, signed(""), "the base has no key for this repository (/etc/apt/sources.list:1)"},
		"no signature at all": {source, site{root + "/dists/bookworm/Release": []byte("Suite: bookworm\n")}, "Release.gpg: file does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			keys := []*openpgp.Entity{key}
			if name == "no key" {
				keys = nil
			}
			got := read(t, test.source, test.at, keys...)
			if !strings.HasPrefix(got, "error: ") || !strings.Contains(got, test.want) {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAnyAge(t *testing.T) {
	key := newKey(t, "archive")
	at := publish(t, "Valid-Until: Mon, 01 Jun 2026 11:00:00 UTC\n", map[string]string{"main/binary-amd64/Packages": index}, key)
	s := source
	s.AnyAge = true
	if got := read(t, s, at, key); got != want {
		t.Error(got)
	}
}

func TestDetached(t *testing.T) {
	key := newKey(t, "archive")
	at := publish(t, "", map[string]string{"main/binary-amd64/Packages": index}, key)
	block, _ := clearsign.Decode(at[source.InRelease()])
	var signature bytes.Buffer
	config := &packet.Config{Time: func() time.Time { return noon }}
	if err := openpgp.ArmoredDetachSign(&signature, key, bytes.NewReader(block.Plaintext), config); err != nil {
		t.Fatal(err)
	}
	delete(at, source.InRelease())
	at[root+"/dists/bookworm/Release"] = block.Plaintext
	at[root+"/dists/bookworm/Release.gpg"] = signature.Bytes()
	if got := read(t, source, at, key); got != want {
		t.Error(got)
	}
}

// TestDebian verifies a file of Debian's archive with the keys of gohull.
func TestDebian(t *testing.T) {
	data, err := os.ReadFile("testdata/InRelease")
	if err != nil {
		t.Fatal(err)
	}
	at := site{"http://deb.debian.org/debian/dists/bookworm-updates/InRelease": data}
	for _, s := range Archive("bookworm") {
		if s.Suite != "bookworm-updates" {
			continue
		}
		keys, err := s.Keys(fstest.MapFS{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Release(t.Context(), at.fetch, keys, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if !r.has("main/binary-arm64/Packages") {
			t.Error("the suite has no packages for arm64")
		}
	}
}
