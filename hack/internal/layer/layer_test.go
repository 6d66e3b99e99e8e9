package layer

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLayer(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("x"), 0o700); err != nil {
		t.Fatal(err)
	}
	blobs := t.TempDir()
	w, err := Create(blobs, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w.Copy("bin/program", program)
	w.Symlink("bin/link", "program")
	w.Dir("tmp", 0o1777)
	l, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	r, err := l.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	want := `5 bin/ 0755 0
0 bin/program 0755 0
2 bin/link 0777 0
5 tmp/ 1777 0
`
	if got := list(t, r); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	files, _ := filepath.Glob(filepath.Join(blobs, "sha256", "*"))
	if digest, err := l.Digest(); err != nil || len(files) != 1 || filepath.Base(files[0]) != digest.Hex {
		t.Errorf("blobs %q, want %s alone (%v)", files, digest.Hex, err)
	}
}

// list gives type, name, mode and time of each entry.
func list(t *testing.T, stream io.Reader) string {
	t.Helper()
	var b strings.Builder
	for r := tar.NewReader(stream); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%c %s %04o %d\n", h.Typeflag, h.Name, h.Mode, h.ModTime.Unix())
	}
}
