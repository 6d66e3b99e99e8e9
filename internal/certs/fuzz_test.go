package certs

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzExtra: the secret ca is a user's own file, with anything in it.
func FuzzExtra(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add(Mozilla()[:4096])
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "ca")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		extra, err := Extra(name)
		if err != nil {
			return
		}
		if _, err := Pool(extra); err != nil {
			t.Fatal(err)
		}
		Join(extra, data)
	})
}
