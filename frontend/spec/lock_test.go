package spec_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/golden"
)

// TestLock reads the locks of testdata/lock. Those without errors below them
// are written again, to the same text.
func TestLock(t *testing.T) {
	golden.Run(t, "testdata/lock/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		var got []txtar.File
		for _, f := range ar.Files {
			if f.Name != "errors" {
				got = append(got, lockAgain(f)...)
			}
		}
		ar.Files = got
	})
}

// lockAgain is a lock as it is written again, or with what is wrong with it.
func lockAgain(f txtar.File) []txtar.File {
	lock, err := spec.ParseLock(f.Name, f.Data)
	if err != nil {
		return []txtar.File{f, {Name: "errors", Data: []byte(err.Error() + "\n")}}
	}
	comment, _, _ := strings.Cut(strings.TrimPrefix(string(f.Data), "# "), "go:")
	return []txtar.File{{Name: f.Name, Data: lock.Text(comment)}}
}

// FuzzLock parses any text. Each error must have a place in the file.
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
