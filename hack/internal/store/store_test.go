package store

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSweep removes a blob that no image has, and an upload that was interrupted.
func TestSweep(t *testing.T) {
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	unused := "sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, file := range []string{unused, "upload-123"} {
		if err := os.WriteFile(filepath.Join(s.Blobs(), file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(s.Blobs(), "*", "*"))
	if uploads, _ := filepath.Glob(filepath.Join(s.Blobs(), "upload-*")); err != nil || len(left)+len(uploads) != 0 {
		t.Errorf("%q and %q are left, %v", left, uploads, err)
	}
}
