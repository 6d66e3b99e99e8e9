package spec_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/golden"
)

// TestReferenceIsComplete checks the reference and testdata/complete.txtar, which
// has a value for every key of the reference.
func TestReferenceIsComplete(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/complete.txtar")
	if err != nil {
		t.Fatal(err)
	}
	text := string(archive.Files[0].Data)
	for _, e := range spec.Reference() {
		name := e.Key[strings.LastIndex(e.Key, ".")+1:]
		if !strings.Contains(text, name+":") {
			t.Errorf("complete.txtar has no %s", e.Key)
		}
		if e.Type == "" || e.Default == "" || e.Meaning == "" {
			t.Errorf("%s has no complete description: %+v", e.Key, e)
		}
	}
}

// TestMarkdown shows the table as the documentation has it.
func TestMarkdown(t *testing.T) {
	golden.File(t, "testdata/reference.md", spec.Markdown())
}
