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

	"github.com/gohull/gohull/internal/safe"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

// Entry is called with each entry of an archive. The content ends with it.
type Entry func(hdr *tar.Header, content io.Reader) error

// Archive is an archive that is decompressed in the background.
type Archive struct {
	control, data *pipe
	reading       *safe.Group
}

// Open starts to read an archive. It has to be closed before its reader is.
func Open(in io.Reader) *Archive {
	a := &Archive{newPipe(), newPipe(), safe.NewGroup()}
	a.reading.Go(func() error {
		err := safe.Do(func() error { return a.decompress(in) })
		a.control.end(err)
		a.data.end(err)
		return nil // Read returns it
	})
	return a
}

// Close stops reading.
func (a *Archive) Close() {
	a.control.stop()
	a.data.stop()
	_ = a.reading.Wait()
}

// Read passes on the entries of an archive, first the files about the package,
// then its own.
func (a *Archive) Read(control, data Entry) error {
	if err := entries(a.control, control); err != nil {
		return err
	}
	return entries(a.data, data)
}

// entries passes on the entries of a part, and reads it to its end.
func entries(part *pipe, each Entry) error {
	for t := tar.NewReader(part); each != nil; {
		hdr, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := each(hdr, t); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, part)
	return err
}

func (a *Archive) decompress(in io.Reader) error {
	r := bufio.NewReader(in)
	magic := make([]byte, len(arMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != arMagic {
		return errors.New("it is no Debian package: it does not begin as an ar archive does")
	}
	for _, part := range []struct {
		name string
		to   *pipe
	}{{"debian-binary", nil}, {"control.tar", a.control}, {"data.tar", a.data}} {
		if err := member(r, part.name, part.to); err != nil {
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
func member(r *bufio.Reader, want string, to *pipe) error {
	name, size, err := header(r)
	if err != nil {
		return err
	}
	ext, found := strings.CutPrefix(name, want)
	if !found {
		return fmt.Errorf("the archive has %q instead of it", name)
	}
	content := io.LimitReader(r, size)
	if to != nil {
		plain, err := decompress(content, ext)
		if err == nil {
			err = to.fill(plain)
		}
		if err != nil {
			return err
		}
		to.end(nil)
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

func decompress(in io.Reader, ext string) (io.Reader, error) {
	switch ext {
	case "":
		return in, nil
	case ".gz":
		return gzip.NewReader(in)
	case ".xz": // Other libraries take half as long again.
		return xz.NewReader(in, xz.DefaultDictMax)
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
