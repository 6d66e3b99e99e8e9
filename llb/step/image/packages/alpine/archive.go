package alpine

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/gohull/gohull/llb/step/image/packages"
)

// A package is gzip members with tar archives: signatures, the control files, and
// the data. The index has the checksum of the control files' member, and .PKGINFO
// has that of the data's. The signatures are about the same bytes; a package of a
// signed index does not need them.

// maxControl is far above what control files have.
const maxControl = 32 << 20

// handler is what is done with the parts of a package. It gets the data before it
// is known that all of it is right, which readArchive reports.
type handler struct {
	control func(*control) error
	file    func(*tar.Header, io.Reader) error
}

// readArchive reads a package to its end and compares its checksums.
func readArchive(p packages.Package, r io.Reader, h handler) error {
	if err := readParts(p, &meter{r: r, buf: make([]byte, 64<<10)}, h); err != nil {
		return &packages.Error{Package: p.Name, Message: fmt.Sprintf("package %s-%s: %v", p.Name, p.Version, err)}
	}
	return nil
}

func readParts(p packages.Package, m *meter, h handler) error {
	want, err := parseSum(p.Checksum)
	if err != nil {
		return err
	}
	raw, err := controlPart(m, want)
	if err != nil {
		return err
	}
	c, err := parseControl(raw)
	if err != nil {
		return err
	}
	if c.name != p.Name || c.version != p.Version {
		return fmt.Errorf("it is %s-%s", c.name, c.version)
	}
	c.sum = want
	c.size = p.Size
	if h.control != nil {
		if err := h.control(c); err != nil {
			return err
		}
	}
	return readData(m, c, h)
}

// controlPart returns the archive with the control files, uncompressed, after it
// has compared its checksum.
func controlPart(m *meter, want checksum) ([]byte, error) {
	for range 2 {
		m.measure(want.hash())
		z, err := gzip.NewReader(m)
		if err != nil {
			return nil, fmt.Errorf("want gzip data: %w", err)
		}
		z.Multistream(false)
		raw, err := io.ReadAll(io.LimitReader(z, maxControl))
		if err != nil {
			return nil, err
		}
		if len(raw) == maxControl {
			return nil, fmt.Errorf("its control files have more than %d MB", maxControl>>20)
		}
		if bytes.HasPrefix(raw, []byte(".SIGN.")) {
			continue
		}
		if got := m.sum(); !bytes.Equal(got, want.sum) {
			return nil, fmt.Errorf("it has the checksum %s, want %s: it changed since the index was read", checksum{want.algorithm, got}, want)
		}
		return raw, nil
	}
	return nil, errors.New("it has no control files")
}

// readData reads the rest.
func readData(m *meter, c *control, h handler) error {
	m.measure(sha256.New())
	z, err := gzip.NewReader(m)
	if err != nil {
		return fmt.Errorf("its data: want gzip data: %w", err)
	}
	z.Multistream(false)
	if err := readFiles(z, h); err != nil {
		return fmt.Errorf("its data: %w", err)
	}
	if _, err := m.ReadByte(); err != io.EOF {
		return errors.New("its data goes on after its end")
	}
	if got := hex.EncodeToString(m.sum()); got != c.dataHash {
		return fmt.Errorf("its data has the checksum sha256:%s, want %s", got, c.dataHash)
	}
	return nil
}

// readFiles reads an archive, and what follows its end.
func readFiles(r io.Reader, h handler) error {
	for tr := tar.NewReader(r); ; {
		hdr, err := tr.Next()
		switch {
		case err == io.EOF:
			_, err := io.Copy(io.Discard, r)
			return err
		case err != nil:
			return err
		case h.file == nil, strings.HasPrefix(hdr.Name, ".") && !strings.Contains(hdr.Name, "/"):
			continue // apk ignores files such as .melange.yaml
		}
		if err := h.file(hdr, tr); err != nil {
			return err
		}
	}
}

// meter computes the checksum of the bytes that were taken from r, no matter how
// many were read ahead.
type meter struct {
	r                io.Reader
	buf              []byte
	pos, end, summed int
	h                hash.Hash
	err              error
}

// measure starts a new checksum.
func (m *meter) measure(h hash.Hash) { m.summed, m.h = m.pos, h }

// sum returns the checksum.
func (m *meter) sum() []byte {
	m.flush()
	return m.h.Sum(nil)
}

func (m *meter) flush() {
	_, _ = m.h.Write(m.buf[m.summed:m.pos]) // a hash returns no error
	m.summed = m.pos
}

func (m *meter) fill() bool {
	if m.pos < m.end {
		return true
	}
	m.flush()
	m.pos, m.end, m.summed = 0, 0, 0
	for tries := 0; m.end == 0 && m.err == nil; tries++ {
		if m.end, m.err = m.r.Read(m.buf); tries == 100 && m.end == 0 {
			m.err = io.ErrNoProgress
		}
	}
	return m.end > 0
}

// ReadByte makes the readers of compressed data take no byte too much.
func (m *meter) ReadByte() (byte, error) {
	if !m.fill() {
		return 0, m.err
	}
	m.pos++
	return m.buf[m.pos-1], nil
}

func (m *meter) Read(p []byte) (int, error) {
	if !m.fill() {
		return 0, m.err
	}
	n := copy(p, m.buf[m.pos:m.end])
	m.pos += n
	return n, nil
}
