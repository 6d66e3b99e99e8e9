package wire

import (
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// Credentials never leave the machine in clear text.
func TestNetrcOverHTTP(t *testing.T) {
	name := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(name, []byte("machine proxy.example login me password secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := New("", name, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]bool{"http://proxy.example/": false, "https://proxy.example/": true, "https://proxy.example:8443/": true} {
		req := httptest.NewRequest("GET", url, nil)
		if _, _, got := w.authorize(req).BasicAuth(); got != want {
			t.Errorf("%s: credentials sent: %t", url, got)
		}
	}
}

// The netrc secret is a user's own file, with anything in it.
func FuzzNetrc(f *testing.F) {
	for _, text := range []string{"machine a login b password c", "default", "machine", "machine a # b\nlogin", "macdef x\n\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name := filepath.Join(t.TempDir(), "netrc")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := readNetrc(name)
		if err != nil {
			return
		}
		w := &Wire{netrc: n}
		for _, m := range n.Machines() {
			req := httptest.NewRequest("GET", "https://proxy.example/", nil)
			req.URL.Host = m.Name
			w.authorize(req)
		}
	})
}
