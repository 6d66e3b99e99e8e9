package repository

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/gohull/gohull/internal/links"
)

// Keys are public keys that signatures are verified with.
type Keys = openpgp.EntityList

// armored is how a key in text begins.
const armored = "-----BEGIN PGP"

// ParseKeys reads public keys, in binary form or as text.
func ParseKeys(name string, data []byte) (Keys, error) {
	read := openpgp.ReadKeyRing
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte(armored)) {
		read = openpgp.ReadArmoredKeyRing
	}
	keys, err := read(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: no OpenPGP key: %w", name, err)
	}
	return keys, nil
}

// Keys returns the keys that may sign a source. Without Signed-By these are all
// that apt trusts.
func (s Source) Keys(base fs.FS) (Keys, error) {
	keys, err := s.keys(base)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Where, err)
	}
	return keys, nil
}

func (s Source) keys(base fs.FS) (all Keys, err error) {
	if key := strings.TrimSpace(s.SignedBy); strings.HasPrefix(key, armored) {
		// In a field, a line with a dot is an empty one.
		return ParseKeys("Signed-By", []byte(strings.ReplaceAll(key, "\n.\n", "\n\n")))
	}
	if s.SignedBy == archive {
		return ArchiveKeys()
	}
	var fingerprints []string
	for _, word := range strings.FieldsFunc(s.SignedBy, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if !path.IsAbs(word) {
			fingerprints = append(fingerprints, strings.ToUpper(strings.TrimSuffix(word, "!")))
			continue
		}
		keys, err := readKeys(base, strings.TrimPrefix(path.Clean(word), "/"))
		if err != nil {
			return nil, fmt.Errorf("Signed-By: %w", err)
		}
		all = append(all, keys...)
	}
	if len(all) > 0 {
		return all, nil
	}
	trusted, err := TrustedKeys(base)
	if err != nil || len(fingerprints) == 0 {
		return trusted, err
	}
	return withFingerprints(trusted, fingerprints), nil
}

// withFingerprints returns the keys that have one of the fingerprints.
func withFingerprints(keys Keys, fingerprints []string) (some Keys) {
	for _, key := range keys {
		if slices.Contains(fingerprints, strings.ToUpper(fmt.Sprintf("%x", key.PrimaryKey.Fingerprint))) {
			some = append(some, key)
		}
	}
	return some
}

func readKeys(base fs.FS, name string) (Keys, error) {
	data, err := readIn(base, name)
	if err != nil {
		return nil, err
	}
	return ParseKeys("/"+name, data)
}

// TrustedKeys returns the keys that may sign every source of a base.
func TrustedKeys(base fs.FS) (all Keys, err error) {
	for _, name := range keyFiles(base) {
		data, err := readIn(base, name)
		if err != nil {
			return nil, err
		}
		// An empty file is what packages leave when they take a key back.
		if len(bytes.TrimSpace(data)) == 0 {
			continue
		}
		keys, err := ParseKeys("/"+name, data)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	return all, nil
}

// keyFiles returns the files of keys that apt trusts.
func keyFiles(base fs.FS) (names []string) {
	if _, found := links.InRoot(base, "etc/apt/trusted.gpg"); found {
		names = append(names, "etc/apt/trusted.gpg")
	}
	const dir = "etc/apt/trusted.gpg.d"
	at, found := links.InRoot(base, dir)
	if !found {
		return names
	}
	entries, err := fs.ReadDir(base, at)
	if err != nil {
		return names
	}
	for _, e := range entries {
		if ext := path.Ext(e.Name()); ext == ".gpg" || ext == ".asc" {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	return names
}
