// Package certs gives the certificate authorities that a step trusts: those
// of its system, or Mozilla's where the system has none, and those that a
// user adds.
package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gohull/gohull/internal/regular"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// bundles are the files in which systems keep their authorities; the same
// that crypto/x509 reads on Linux.
var bundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/cacert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",
}

// Mozilla is Mozilla's authorities as PEM, always in the same order. Those
// that are trusted under a condition are left out: PEM cannot say the
// condition.
func Mozilla() []byte {
	var b bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}))
		}
	}
	return b.Bytes()
}

// System is the system's bundle of authorities as PEM, or that of the file
// named by SSL_CERT_FILE; nil when there is none.
func System() []byte {
	files := bundles
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		files = []string{f}
	}
	return firstFile(files)
}

func firstFile(names []string) []byte {
	for _, name := range names {
		if data, err := regular.ReadFile(name, regular.Text); err == nil && len(data) > 0 {
			return data
		}
	}
	return nil
}

// Extra reads the PEM file with a user's own authorities. A file that does
// not exist is no authorities.
func Extra(file string) ([]byte, error) {
	data, err := regular.ReadFile(file, regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !x509.NewCertPool().AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("secret %s: found no certificate, want PEM blocks of type CERTIFICATE", file)
	}
	return data, nil
}

// Pool is what a client trusts: the system's authorities, or Mozilla's where
// there are none, and the extra ones.
func Pool(extra []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil || pool.Equal(x509.NewCertPool()) {
		if pool, err = mozillaPool(); err != nil {
			return nil, err
		}
	}
	pool.AppendCertsFromPEM(extra)
	return pool, nil
}

func mozillaPool() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for root := range bundle.Roots() {
		cert, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, err
		}
		if root.Constraint == nil {
			pool.AddCert(cert)
		} else {
			pool.AddCertWithConstraint(cert, root.Constraint)
		}
	}
	return pool, nil
}

// Join puts PEM files together, each on lines of its own.
func Join(files ...[]byte) []byte {
	var b bytes.Buffer
	for _, f := range files {
		if f = bytes.TrimSpace(f); len(f) > 0 {
			b.Write(f)
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}
