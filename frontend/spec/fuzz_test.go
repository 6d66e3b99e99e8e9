package spec_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// FuzzParse parses any bytes. The result must be the same twice, and
// each error must be short and have its place in the file.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := spec.Parse("f", data)
		again, errAgain := spec.Parse("f", data)
		if diff := cmp.Diff(s, again) + cmp.Diff(text(err), text(errAgain)); diff != "" {
			t.Fatal(diff)
		}
		if err == nil {
			_ = print(s)
			return
		}
		checkErrors(t, data, err)
	})
}

func seeds(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			f.Add(unescape(part.Data))
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func checkErrors(t *testing.T, data []byte, err error) {
	var all diag.Errors
	if !errors.As(err, &all) || len(all) == 0 || len(all) > 21 {
		t.Fatalf("not a list of 1 to 21 diagnostics: %v", err)
	}
	for _, d := range all {
		if len(d.String()) > 1000 {
			t.Errorf("%d bytes long: %s", len(d.String()), d)
		}
		if !inside(data, d.At.Start) || !inside(data, d.At.End) {
			t.Errorf("outside the file: %v: %s", d.At, d)
		}
	}
}

// inside reports whether a position is in the text, or right behind a line
// of it.
func inside(data []byte, pos diag.Pos) bool {
	lines := bytes.Split(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\n"))
	if pos.Line < 1 || pos.Line > len(lines) || pos.Col < 1 {
		return false
	}
	return pos.Col <= utf8.RuneCount(lines[pos.Line-1])+1
}
