package objects

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// TestHostileSeed: a build context that is to bring compiled packages may have
// anything instead.
func TestHostileSeed(t *testing.T) {
	pipe := func(file string) error { return syscall.Mkfifo(file, 0o600) }
	endless := func(file string) error { return os.Symlink("/dev/zero", file) }
	index := func(file string) error { return os.WriteFile(file, []byte("\n"), 0o600) }
	for name, c := range map[string]struct {
		index, data func(string) error
		want        string
	}{
		"the index is a pipe":   {pipe, index, IndexFile + ": not a regular file but a named pipe"},
		"the index has no end":  {endless, index, IndexFile + ": not a regular file but a device"},
		"the data are a pipe":   {index, pipe, DataFile + ": not a regular file but a named pipe"},
		"the data have no end":  {index, endless, DataFile + ": not a regular file but a device"},
		"the data are no packs": {index, index, "unpacking objects: "},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := errors.Join(c.index(filepath.Join(dir, IndexFile)), c.data(filepath.Join(dir, DataFile))); err != nil {
				t.Fatal(err)
			}
			err := Begin(t.TempDir(), step.Start{Seeds: []string{dir}}, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
