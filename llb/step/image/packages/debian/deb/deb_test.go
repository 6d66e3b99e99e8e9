package deb

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
)

// archive returns a package whose only file has some bytes.
func archive(t *testing.T, size int64) []byte {
	t.Helper()
	var data bytes.Buffer
	z := gzip.NewWriter(&data)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "./zeros", Size: size}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	w.Close()
	z.Close()
	var b bytes.Buffer
	b.WriteString(arMagic)
	for _, m := range []struct{ name, data string }{{"debian-binary", "2.0\n"}, {"control.tar", string(make([]byte, 1024))}, {"data.tar.gz", data.String()}} {
		fmt.Fprintf(&b, "%-48s%-10d%s%s", m.name, len(m.data), headerEnd, m.data)
		b.WriteString(strings.Repeat("\n", len(m.data)%2))
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// big is more than what is decompressed ahead.
const big = depth*chunk + 10<<20

func TestRead(t *testing.T) {
	a := Open(bytes.NewReader(archive(t, big)))
	defer a.Close()
	var n int64
	err := a.Read(nil, func(hdr *tar.Header, content io.Reader) (err error) {
		n, err = io.Copy(io.Discard, content)
		return err
	})
	if err != nil || n != big {
		t.Errorf("got %d bytes, %v, want %d", n, err, big)
	}
}

// TestReadNothing closes an archive of which nothing was read.
func TestReadNothing(t *testing.T) {
	Open(bytes.NewReader(archive(t, big))).Close()
}

func TestReadTruncated(t *testing.T) {
	all := archive(t, 1<<20)
	for _, size := range []int{0, 70, 200, len(all) - 700, len(all) - 10} {
		a := Open(bytes.NewReader(all[:size]))
		err := a.Read(nil, nil)
		a.Close()
		if err == nil {
			t.Errorf("the first %d bytes of %d are a whole archive", size, len(all))
		}
	}
}
