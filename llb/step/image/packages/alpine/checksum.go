package alpine

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// parseChecksum reads "Q1" and the base64 of a SHA-1, or "Q2" and that of a SHA-256.
func parseChecksum(s string) (checksum, error) {
	for prefix, c := range map[string]checksum{"Q1": {"sha1", make([]byte, sha1.Size)}, "Q2": {"sha256", make([]byte, sha256.Size)}} {
		text, ok := strings.CutPrefix(s, prefix)
		if !ok {
			continue
		}
		sum, err := base64.StdEncoding.DecodeString(text)
		if err == nil && len(sum) == len(c.sum) {
			return checksum{c.algorithm, sum}, nil
		}
	}
	return checksum{}, fmt.Errorf("found the checksum %q, want Q1 and the base64 of a SHA-1", s)
}

// parseSum reads a checksum as a lock has it: "sha1:…".
func parseSum(s string) (checksum, error) {
	algorithm, text, _ := strings.Cut(s, ":")
	sum, err := hex.DecodeString(text)
	c := checksum{algorithm, sum}
	if h := c.hash(); err != nil || h == nil || h.Size() != len(sum) {
		return c, fmt.Errorf("found the checksum %q, want sha1: and 40 hexadecimal digits", s)
	}
	return c, nil
}

func (c checksum) hash() hash.Hash {
	switch c.algorithm {
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	}
	return nil
}

// quoted returns a checksum as apk's database has it. It has SHA-1 only; of a
// longer one it has the first 20 bytes.
func (c checksum) quoted() string { return quote(c.sum[:sha1.Size]) }

func quote(sum []byte) string { return "Q1" + base64.StdEncoding.EncodeToString(sum) }

// checksum is that of a package's control part.
type checksum struct {
	algorithm string // "sha1"
	sum       []byte
}

func (c checksum) String() string { return c.algorithm + ":" + hex.EncodeToString(c.sum) }
