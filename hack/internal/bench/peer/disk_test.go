package peer

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDiskUsage counts a file with two names once.
func TestDiskUsage(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	const size = 1 << 20
	if err := os.WriteFile(file, make([]byte, size), 0o644); err != nil {
		t.Fatal(err)
	}
	before, err := diskUsage(dir)
	if err != nil {
		t.Fatal(err)
	}
	if before < size || before > size+1<<16 {
		t.Errorf("%d bytes, want a little more than %d", before, size)
	}
	if err := os.Link(file, filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	if after, err := diskUsage(dir); err != nil || after != before {
		t.Errorf("%d bytes with a link, %v, want %d", after, err, before)
	}
}
