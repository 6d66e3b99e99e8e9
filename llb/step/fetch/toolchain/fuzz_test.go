package toolchain

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzUnpack: a zip of a proxy may be anything, and is unpacked before its
// checksum is known. Nothing comes to be outside of the directory for it.
func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"m@v1/bin/go", "m@v1/../../x", "/x", "m@v1/a\x00b"} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, err := w.Write([]byte("text")); err != nil {
			f.Fatal(err)
		}
		if err := z.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		_, _ = unpack(bytes.NewReader(data), "m@v1/", filepath.Join(dir, "out"))
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) > 1 {
			t.Errorf("%v, %v", entries, err)
		}
	})
}
