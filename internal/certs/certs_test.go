package certs

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
)

func TestMozilla(t *testing.T) {
	first := Mozilla()
	if !x509.NewCertPool().AppendCertsFromPEM(first) {
		t.Fatal("no certificates")
	}
	if !bytes.Equal(first, Mozilla()) {
		t.Error("the order changes")
	}
}

func TestMozillaPool(t *testing.T) {
	pool, err := mozillaPool()
	if err != nil {
		t.Fatal(err)
	}
	if pool.Equal(x509.NewCertPool()) {
		t.Error("the pool is empty")
	}
}

func TestExtra(t *testing.T) {
	dir := t.TempDir()
	if data, err := Extra(filepath.Join(dir, "none")); data != nil || err != nil {
		t.Errorf("a missing file: got %q, %v", data, err)
	}
	name := filepath.Join(dir, "ca")
	if err := os.WriteFile(name, []byte("not PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Extra(name)
	want := "secret " + name + ": found no certificate, want PEM blocks of type CERTIFICATE"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestSystem(t *testing.T) {
	name := filepath.Join(t.TempDir(), "bundle.pem")
	t.Setenv("SSL_CERT_FILE", name)
	if got := System(); got != nil {
		t.Errorf("SSL_CERT_FILE names no file: got %q", got)
	}
	if err := os.WriteFile(name, []byte("pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := System(); string(got) != "pem" {
		t.Errorf("got %q", got)
	}
}

func TestJoin(t *testing.T) {
	if got := string(Join([]byte("a"), nil, []byte("\nb\n\n"), []byte("c\n"))); got != "a\nb\nc\n" {
		t.Errorf("got %q", got)
	}
}
