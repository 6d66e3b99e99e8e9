package ignore_test

import (
	"strings"
	"testing"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/gohull/gohull/frontend/ignore"
)

func TestHides(t *testing.T) {
	for _, c := range []struct{ name, text, file, want string }{
		{"a directory above", "vendor\n", "vendor/modules.txt", ".dockerignore:1:1"},
		{"comment, space and CRLF", "# x\r\n\r\n  internal \r\n", "internal/a.go", ".dockerignore:3:3"},
		{"byte order mark", "\ufeffgo.mod\n", "go.mod", ".dockerignore:1:1"},
		{"a slash in front", "/go.mod\n", "go.mod", ".dockerignore:1:1"},
		{"any depth", "**/server\n", "cmd/server/main.go", ".dockerignore:1:1"},
		{"the last that matches", "*\ninternal\n", "internal/a.go", ".dockerignore:2:1"},
		{"taken in again", "*\n!**/*.go\n", "cmd/main.go", ""},
		{"taken in and hidden again", "*\n!cmd\ncmd/x\n", "cmd/x/main.go", ".dockerignore:3:1"},
		{"a wildcard does not cross directories", "*.txt\n", "data/a.txt", ""},
		{"nothing", "", "go.mod", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := ignore.File{}.With(".dockerignore", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if line, ok := f.Hides(c.file); ok {
				got = line.At.String()
			}
			if got != c.want {
				t.Errorf("%q hides %s at %q, want %q", c.text, c.file, got, c.want)
			}
		})
	}
}

func TestAlways(t *testing.T) {
	always := ignore.Always(".git")
	if line, ok := always.Hides(".git/HEAD"); !ok || line.At.File != "" {
		t.Errorf("got %v, %v; want a line without a place", line, ok)
	}
	f, err := always.With(".dockerignore", []byte("!.git\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Hides(".git/HEAD"); ok {
		t.Error("the ignore file takes .git in again, and it is hidden")
	}
}

func TestMalformed(t *testing.T) {
	_, err := ignore.File{}.With("Dockerfile.dockerignore", []byte("a\n\n  [x\n!\n"+strings.Repeat("b", 1<<17)+"\n"))
	const hint = "; see https://docs.docker.com/build/concepts/context/#dockerignore-files\n"
	const want = "3 errors:\n" +
		`Dockerfile.dockerignore:3:3: "[x" is not a pattern of an ignore file: syntax error in pattern` + hint +
		`Dockerfile.dockerignore:4:1: "!" is not a pattern of an ignore file: illegal exclusion pattern: "!"` + hint +
		"Dockerfile.dockerignore:5:1: a line of 131073 bytes: BuildKit cannot read it: bufio.Scanner: token too long\n"
	if err == nil || err.Error()+"\n" != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// FuzzHides compares what is hidden with what BuildKit's own matcher says.
func FuzzHides(f *testing.F) {
	f.Add("*\n!**/*.go\r\ninternal", "internal/a.go")
	f.Add("\ufeff# c\n!a\n /b/../c ", "c/d")
	f.Fuzz(func(t *testing.T, text, name string) {
		file, err := ignore.File{}.With(".dockerignore", []byte(text))
		if err != nil {
			return
		}
		patterns, err := ignorefile.ReadAll(strings.NewReader(text))
		if err != nil {
			t.Fatalf("BuildKit cannot read %q: %v", text, err)
		}
		theirs, err := patternmatcher.New(patterns)
		if err != nil {
			t.Fatalf("BuildKit does not take %q: %v", patterns, err)
		}
		want, err := theirs.MatchesOrParentMatches(name)
		if err != nil {
			t.Fatalf("BuildKit cannot match %q with %q: %v", name, patterns, err)
		}
		if _, got := file.Hides(name); got != want {
			t.Errorf("%q hides %q: %v, want %v", text, name, got, want)
		}
	})
}
