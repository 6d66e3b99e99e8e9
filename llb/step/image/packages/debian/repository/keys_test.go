package repository

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
)

// public returns a key as a file has it, in binary form and as text.
func public(t *testing.T, key *openpgp.Entity) (binary []byte, text string) {
	t.Helper()
	var b, a bytes.Buffer
	if err := key.Serialize(&b); err != nil {
		t.Fatal(err)
	}
	w, err := armor.Encode(&a, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	w.Close()
	return b.Bytes(), a.String()
}

func TestKeys(t *testing.T) {
	one, two := newKey(t, "one"), newKey(t, "two")
	binary, _ := public(t, one)
	_, text := public(t, two)
	base := fstest.MapFS{
		"usr/share/keyrings/one.gpg":     {Data: binary},
		"etc/apt/trusted.gpg.d/two.asc":  {Data: []byte(text)},
		"etc/apt/trusted.gpg.d/none.gpg": {},
		"etc/apt/trusted.gpg.d/README":   {Data: []byte("no key")},
		"broken.gpg":                     {Data: []byte("no key")},
	}
	inline := "\n" + strings.ReplaceAll(strings.TrimSpace(text), "\n\n", "\n.\n")
	for signedBy, want := range map[string]string{
		"":                            "two",
		"/usr/share/keyrings/one.gpg": "one",
		"/usr/share/keyrings/one.gpg /etc/apt/trusted.gpg.d/two.asc": "one two",
		fmt.Sprintf("%X", two.PrimaryKey.Fingerprint):                "two",
		fmt.Sprintf("%x!", one.PrimaryKey.Fingerprint):               "",
		inline:         "two",
		"/missing.gpg": "s.list:1: Signed-By: open /missing.gpg: file does not exist",
		"/broken.gpg":  "s.list:1: Signed-By: /broken.gpg: no OpenPGP key: ",
	} {
		keys, err := Source{SignedBy: signedBy, Where: "s.list:1"}.Keys(base)
		var names []string
		for _, key := range keys {
			names = append(names, key.PrimaryIdentity().UserId.Name)
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.HasPrefix(got, want)) {
			t.Errorf("%q: got %q, want %q", signedBy, got, want)
		}
	}
}
