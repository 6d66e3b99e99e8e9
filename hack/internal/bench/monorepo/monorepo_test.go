package monorepo

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestWrite compares what is written with what gofmt would, and looks for
// every main package and for a service that was given no name.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := WriteMany(dir); err != nil {
		t.Fatal(err)
	}
	if parts, _ := filepath.Glob(filepath.Join(dir, "internal/area*/part*/part*.go")); len(parts) != 1000 {
		t.Errorf("%d packages more, want 1000", len(parts))
	}
	for _, main := range Mains() {
		if _, err := os.Stat(filepath.Join(dir, main, "main.go")); err != nil {
			t.Error(err)
		}
	}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if bytes.Contains(append(data, name...), []byte(placeholder)) {
			t.Errorf("%s has the word %s", name, placeholder)
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		formatted, err := format.Source(data)
		if !bytes.Equal(formatted, data) {
			t.Errorf("%s is not formatted", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
