package regular

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReadFile reads everything that a path can name.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(at("file"), []byte("0123456789"), 0o600))
	must(os.WriteFile(at("large"), []byte("01234567890"), 0o600))
	must(os.WriteFile(at("empty"), nil, 0o600))
	must(os.Mkdir(at("dir"), 0o700))
	must(syscall.Mkfifo(at("pipe"), 0o600))
	for name, target := range map[string]string{"link": "file", "zero": "/dev/zero", "linked-pipe": "pipe", "dangling": "nothing"} {
		must(os.Symlink(target, at(name)))
	}
	for name, want := range map[string]string{
		"file": "0123456789", "link": "0123456789", "empty": "",
		"large":       "the file is too large: it has more than 0 MB",
		"dir":         "not a regular file but a directory",
		"pipe":        "not a regular file but a named pipe",
		"zero":        "not a regular file but a device",
		"linked-pipe": "not a regular file but a named pipe",
		"dangling":    "no such file or directory",
		"nothing":     "no such file or directory",
	} {
		data, err := ReadFile(at(name), 10)
		holds(t, name, want, data, err)
		if name == "zero" {
			continue // No link leaves an fs.FS of a root; os.DirFS follows it.
		}
		data, err = ReadIn(os.DirFS(dir), name, 10)
		holds(t, name+" in a file system", want, data, err)
	}
	if data, err := ReadFile("/proc/self/status", Text); err != nil || len(data) == 0 {
		t.Errorf("a file without a size: %d bytes, %v", len(data), err)
	}
	if _, err := ReadFile("/proc/self/status", 10); !errors.Is(err, ErrLarge) {
		t.Errorf("a file that has more than its size says: %v", err)
	}
}

func holds(t *testing.T, name, want string, data []byte, err error) {
	t.Helper()
	var of *fs.PathError
	switch {
	case err == nil && string(data) != want:
		t.Errorf("%s: got %q, want %q", name, data, want)
	case err != nil && (!errors.As(err, &of) || !strings.HasSuffix(err.Error(), ": "+want)):
		t.Errorf("%s: got %v, want %s", name, err, want)
	}
}
