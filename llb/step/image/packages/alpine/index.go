package alpine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// An index is two gzip members, each with a tar archive: signatures, and the files
// DESCRIPTION and APKINDEX. A signature is about the bytes of the second member.

// Limits of what a hostile server can make us read.
const (
	maxSignature = 1 << 16
	maxIndex     = 512 << 20
)

// algorithms are the kinds of signatures. apk also knows DSA, which nobody uses.
var algorithms = map[string]crypto.Hash{"RSA": crypto.SHA1, "RSA256": crypto.SHA256, "RSA512": crypto.SHA512}

type signature struct {
	algorithm string // "RSA256"
	key       string // the name of a file in /etc/apk/keys
	data      []byte
}

// openIndex verifies an index with keys, by their file names, and returns its
// packages. name stands in errors.
func openIndex(name string, data []byte, keys map[string][]byte) ([]*pkg, error) {
	if bytes.HasPrefix(data, []byte("ADB")) {
		return nil, errors.New("it has the format of apk 3 (ADB), want APKINDEX.tar.gz")
	}
	signatures, signed, err := splitIndex(data)
	if err != nil {
		return nil, err
	}
	if err := verify(signatures, signed, keys); err != nil {
		return nil, err
	}
	text, err := fileOf(signed, "APKINDEX")
	if err != nil {
		return nil, err
	}
	return parsePackages(name, string(text))
}

// splitIndex returns the signatures of an index and the bytes that they are about.
func splitIndex(data []byte) ([]signature, []byte, error) {
	r := bytes.NewReader(data) // a io.ByteReader: gzip reads no byte too much
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, nil, fmt.Errorf("no gzip data: %w", err)
	}
	z.Multistream(false)
	signatures, err := readSignatures(io.LimitReader(z, 16*maxSignature))
	if err != nil {
		return nil, nil, err
	}
	if len(signatures) == 0 {
		return nil, nil, errors.New("it has no signature")
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(z, 16*maxSignature)); err != nil {
		return nil, nil, err
	}
	return signatures, data[len(data)-r.Len():], nil
}

// readSignatures reads the archive with signatures. It has no end of its own. In
// an index without signatures, other files are first.
func readSignatures(r io.Reader) (all []signature, err error) {
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		rest, ok := strings.CutPrefix(h.Name, ".SIGN.")
		if !ok {
			return nil, nil
		}
		algorithm, key, _ := strings.Cut(rest, ".")
		data, err := io.ReadAll(io.LimitReader(tr, maxSignature))
		if err != nil {
			return nil, err
		}
		all = append(all, signature{algorithm, key, data})
	}
}

// verify checks the first signature that a key of the base has made.
func verify(signatures []signature, signed []byte, keys map[string][]byte) error {
	var by []string
	for _, s := range signatures {
		by = append(by, s.key)
		algorithm, ok := algorithms[s.algorithm]
		key, trusted := keys[s.key]
		if !ok || !trusted {
			continue
		}
		return verifyOne(algorithm, key, signed, s)
	}
	trusted := strings.Join(slices.Sorted(maps.Keys(keys)), ", ")
	if trusted == "" {
		trusted = "no key"
	}
	return fmt.Errorf("it is signed by %s, and the base trusts %s", strings.Join(by, ", "), trusted)
}

func verifyOne(algorithm crypto.Hash, key, signed []byte, s signature) error {
	public, err := parseKey(key)
	if err != nil {
		return fmt.Errorf("/etc/apk/keys/%s: %w", s.key, err)
	}
	h := algorithm.New()
	h.Write(signed)
	if err := rsa.VerifyPKCS1v15(public, algorithm, h.Sum(nil), s.data); err != nil {
		return fmt.Errorf("its signature by %s is wrong: the index is damaged, or somebody changed it", s.key)
	}
	return nil
}

func parseKey(key []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("want a public key in PEM form")
	}
	any, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := any.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("found a %T, want an RSA key", any)
	}
	return public, nil
}

// fileOf returns a file of a compressed archive.
func fileOf(archive []byte, name string) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: z, N: maxIndex}
	for tr := tar.NewReader(limited); ; {
		h, err := tr.Next()
		switch {
		case limited.N == 0:
			return nil, fmt.Errorf("it has more than %d bytes", maxIndex)
		case err == io.EOF:
			return nil, fmt.Errorf("it has no file %s", name)
		case err != nil:
			return nil, err
		case h.Name == name:
			return io.ReadAll(io.LimitReader(tr, maxIndex))
		}
	}
}
