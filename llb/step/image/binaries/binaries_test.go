package binaries

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/llb/step"
)

func TestWrite(t *testing.T) {
	out := t.TempDir()
	built := fstest.MapFS{
		"usr/local/bin/worker": {Data: []byte("two\n"), Mode: 0o755},
		"usr/local/bin/api":    {Data: []byte("one\n"), Mode: 0o755},
	}
	if err := Write(out, built, step.Binaries{Epoch: 1700000000}); err != nil {
		t.Fatal(err)
	}
	const want = `2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806  api
27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a  worker
`
	sums, err := os.ReadFile(filepath.Join(out, step.SumsFile))
	if err != nil || string(sums) != want {
		t.Errorf("got %q (%v), want %q", sums, err, want)
	}
	info, err := os.Stat(filepath.Join(out, "api"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o755 || info.ModTime().Unix() != 1700000000 {
		t.Errorf("mode %v, time %v; want those of a program of 1700000000", info.Mode(), info.ModTime().Unix())
	}
}

// TestWriteRefuses a second file of the same name, and a program that is
// called as the list is.
func TestWriteRefuses(t *testing.T) {
	for _, names := range [][]string{{"bin/api", "sbin/api"}, {"bin/" + step.SumsFile}} {
		built := fstest.MapFS{}
		for _, name := range names {
			built[name] = &fstest.MapFile{Data: []byte("x")}
		}
		if err := Write(t.TempDir(), built, step.Binaries{}); !os.IsExist(err) {
			t.Errorf("%q: got %v, want an error that there is such a file", names, err)
		}
	}
}
