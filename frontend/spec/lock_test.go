package spec_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/spec"
)

// TestLock reads the locks of testdata/lock. Those without errors below them
// are written again, to the same text.
func TestLock(t *testing.T) {
	const file = "testdata/lock/lock.txtar"
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := &txtar.Archive{}
	for _, f := range archive.Files {
		if f.Name == "errors" {
			continue
		}
		lock, err := spec.ParseLock(f.Name, f.Data)
		if err != nil {
			got.Files = append(got.Files, f, txtar.File{Name: "errors", Data: []byte(err.Error() + "\n")})
			continue
		}
		comment, _, _ := strings.Cut(strings.TrimPrefix(string(f.Data), "# "), "go:")
		got.Files = append(got.Files, txtar.File{Name: f.Name, Data: lock.Text(comment)})
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// FuzzLock gives ParseLock any text. Each error has its place in the file.
func FuzzLock(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/lock/lock.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range archive.Files {
		f.Add(part.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := spec.ParseLock("f", data); err != nil {
			checkErrors(t, data, err)
		}
	})
}
