package objects

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
)

// head is the beginning of a compiled package. It has the types and functions that the package
// exports, and its build ID. The rest is code and debug information, about nine tenths, which only the
// linker reads. Its length is 0 for an output that is no compiled package.
type head struct {
	length int64
	sum    [sha256.Size]byte
}

// String returns what the index of a pack has of it.
func (h head) String() string {
	if h.length == 0 {
		return ""
	}
	return fmt.Sprintf(" %d %x", h.length, h.sum)
}

// A compiled package is an archive in the format of Unix's ar, whose first member is the
// package's definition (cmd/internal/archive in Go's source).
const (
	arMagic      = "!<arch>\n"
	arHeader     = 60 // bytes of a member's header
	arSize       = 48 // where a header has the member's size, as decimal digits
	arSizeLength = 10
	definition   = "__.PKGDEF "
)

// headOf returns the head of an output.
func headOf(output []byte) head {
	member, ok := bytes.CutPrefix(output, []byte(arMagic))
	if !ok || len(member) < arHeader || !bytes.HasPrefix(member, []byte(definition)) {
		return head{}
	}
	size, err := strconv.ParseInt(strings.TrimSpace(string(member[arSize:arSize+arSizeLength])), 10, 64)
	if err != nil || size < 0 || size > int64(len(member)-arHeader) {
		return head{}
	}
	length := int64(len(arMagic)) + arHeader + size
	return head{length, sha256.Sum256(output[:length])}
}

// parseHead reads what String wrote, as fields of a line.
func parseHead(fields []string) (h head, err error) {
	if h.length, err = byteCount(fields[0]); err != nil {
		return h, err
	}
	sum, err := actionID(fields[1])
	h.sum = sum
	return h, err
}
