package cluster

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCertificates checks that clients and servers accept what the authority signed,
// and that nobody keeps the authority's key.
func TestCertificates(t *testing.T) {
	c := Cluster{Dir: t.TempDir(), Address: "198.18.0.2"}
	if err := c.Write(); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate(t, c.cert("ca")))
	for _, id := range []identity{admin, controller, scheduler, kubelet, server, user} {
		cert := certificate(t, c.cert(id.name))
		for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
			options := x509.VerifyOptions{Roots: roots, DNSName: c.Address, KeyUsages: []x509.ExtKeyUsage{usage}}
			if _, err := cert.Verify(options); err != nil {
				t.Errorf("%s: %v", id.name, err)
			}
		}
		if got := cert.Subject.CommonName; got != id.user {
			t.Errorf("the user of %s is %q, want %q", id.name, got, id.user)
		}
	}
	if _, err := os.Stat(c.key("ca")); !os.IsNotExist(err) {
		t.Errorf("the key of the authority: %v, want none", err)
	}
}

func certificate(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// TestRead reads what Write wrote.
func TestRead(t *testing.T) {
	c := Cluster{Dir: t.TempDir(), Bin: "/bin", Address: "198.18.0.2", Pods: "198.18.4.0/28", Registry: "127.0.0.1:5000", Group: "test"}
	if err := c.Write(); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(c.Dir); got != c || err != nil {
		t.Errorf("read %+v, %v, want %+v", got, err, c)
	}
}

// TestRemoveGroup removes control groups in each other, and a missing one.
func TestRemoveGroup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "group")
	if err := os.MkdirAll(filepath.Join(dir, "kubepods/pod/container"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := removeGroup(dir); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s: %v, want it to be gone", dir, err)
	}
}

// TestHidden refuses a cluster whose files its own mounts would hide.
func TestHidden(t *testing.T) {
	err := Cluster{Dir: "/var/lib/lab/cluster"}.mount()
	if err == nil || !strings.Contains(err.Error(), "GOHULL_LAB_DIR") {
		t.Errorf("error %v, want one that names GOHULL_LAB_DIR", err)
	}
}
