// Package deb reads archives of Debian packages.
package deb

import (
	"archive/tar"
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Entry is called with each entry of an archive. The content ends with it.
type Entry func(hdr *tar.Header, content io.Reader) error

// Read reads an archive, first the files about the package, then its own.
func Read(in io.Reader, control, data Entry) error {
	r := bufio.NewReader(in)
	magic := make([]byte, len(arMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != arMagic {
		return errors.New("it is no Debian package: it does not begin as an ar archive does")
	}
	for _, part := range []struct {
		name string
		each Entry
	}{{"debian-binary", nil}, {"control.tar", control}, {"data.tar", data}} {
		if err := member(r, part.name, part.each); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

const (
	arMagic    = "!<arch>\n"
	headerSize = 60
	headerEnd  = "`\n"
)

// member reads the next member of an ar archive, which has to have this name.
func member(r *bufio.Reader, want string, each Entry) error {
	name, size, err := header(r)
	if err != nil {
		return err
	}
	ext, found := strings.CutPrefix(name, want)
	if !found {
		return fmt.Errorf("the archive has %q instead of it", name)
	}
	content := io.LimitReader(r, size)
	if each != nil {
		if err := readTar(content, ext, each); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if size%2 == 1 {
		_, err = r.ReadByte()
	}
	if errors.Is(err, io.EOF) {
		return nil // Some tools leave the last byte out.
	}
	return err
}

// header reads the header of a member: the name and the size. Times and owners
// do not matter.
func header(r *bufio.Reader) (name string, size int64, err error) {
	h := make([]byte, headerSize)
	if _, err := io.ReadFull(r, h); err != nil {
		return "", 0, fmt.Errorf("the archive ends too early: %w", err)
	}
	size, err = strconv.ParseInt(strings.TrimSpace(string(h[48:58])), 10, 64)
	if err != nil || size < 0 || string(h[58:]) != headerEnd {
		return "", 0, errors.New("the archive has an invalid header")
	}
	return strings.TrimSuffix(strings.TrimRight(string(h[:16]), " "), "/"), size, nil
}

func readTar(in io.Reader, ext string, each Entry) error {
	plain, err := decompress(in, ext)
	if err != nil {
		return err
	}
	t := tar.NewReader(plain)
	for {
		hdr, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(hdr, t); err != nil {
			return err
		}
	}
}

func decompress(in io.Reader, ext string) (io.Reader, error) {
	switch ext {
	case "":
		return in, nil
	case ".gz":
		return gzip.NewReader(in)
	case ".xz":
		return xz.NewReader(in)
	case ".bz2":
		return bzip2.NewReader(in), nil
	case ".zst":
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("gohull cannot read the compression %q", ext)
}
