package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// generators has a file that is as it is made, one that is not, and one that
// is missing.
const generators = `
-- go.mod --
module example.com/m

go 1.25
-- good/good.go --
package good

//go:generate go run ../internal/lines lines.txt 1
-- good/lines.txt --
line 1
-- old/old.go --
package old

//go:generate go run ../internal/lines lines.txt 1 2 three 4 5 6 7 8 9
//go:generate go run ../internal/lines new.txt 1
//go:generate go run ../internal/lines ../list.txt 1
-- old/lines.txt --
line 1
line 2
line 3
line 4
line 5
line 6
line 8
line 9
-- internal/lines/main.go --
package main

import (
	"fmt"
	"os"
)

func main() {
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	for _, word := range os.Args[2:] {
		fmt.Fprintln(f, "line", word)
	}
}
`

// generating returns a step as newStep has it, and the directory of its source as it
// was.
func generating(t *testing.T, archive string) (gocmd.Step, string) {
	t.Helper()
	s := steptest.New(t, archive)
	before := filepath.Join(t.TempDir(), "before")
	if err := os.CopyFS(before, os.DirFS(s.Source)); err != nil {
		t.Fatal(err)
	}
	return s, before
}

// reported returns the errors of a failed step, as a user reads them.
func reported(t *testing.T, s gocmd.Step) string {
	t.Helper()
	var b strings.Builder
	for _, e := range steptest.Failure(t, s).Errors {
		b.WriteString(finding{e.File, e.Line, e.Message}.String() + "\n")
	}
	return b.String()
}

func TestGenerate(t *testing.T) {
	s, before := generating(t, generators)
	code, err := Generate(s, step.Generate{Args: []string{"./..."}}, before)
	if code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1\n%s", code, err, s.Stderr)
	}
	const want = "list.txt:1: the file is missing, and the generators make it; if it is not, name it in `generate.files`, so that they find it; to have it written: docker buildx build --target generate -o . .\n" +
		`old/lines.txt:3: not as the generators make it
	-line 3
	+line three
old/lines.txt:7: not as the generators make it
	+line 7
old/new.txt:1: the file is missing, and the generators make it
`
	if got := reported(t, s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestGenerateFix(t *testing.T) {
	s, before := generating(t, generators)
	code, err := Generate(s, step.Generate{Fix: true, Args: []string{"./..."}}, before)
	if code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", code, err, s.Stderr)
	}
	files, err := contents(s.Out)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 || string(files["old/new.txt"]) != "line 1\n" || !strings.Contains(string(files["old/lines.txt"]), "line three\n") {
		t.Errorf("got %q", files)
	}
}

// TestGenerateFails has lines that cannot be run: each is reported at its place,
// with what was printed.
func TestGenerateFails(t *testing.T) {
	s, before := generating(t, `
-- go.mod --
module example.com/m

go 1.25
-- a/a.go --
package a

//go:generate gohull-no-such-program -x
-- b/b.go --
package b

//go:generate go tool absent
-- c/c.go --
package c

//go:generate go run ../internal/gen
-- d/d.go --
package d

//go:generate go run example.com/gen@v1.2.3
-- internal/gen/main.go --
package main

func main() { undefined() }
`)
	code, err := Generate(s, step.Generate{Args: []string{"./..."}}, before)
	if code == 0 || err != nil {
		t.Fatalf("exit code %d, %v, want a failure\n%s", code, err, s.Stderr)
	}
	const want = "a/a.go:3: running \"gohull-no-such-program\": exec: \"gohull-no-such-program\": executable file not found in $PATH; the toolchain has no program gohull-no-such-program: run `go get -tool` with its package, and write `//go:generate go tool` and its name\n" +
		"b/b.go:3: running \"go\": exit status 2; go.mod has no tool line for it: run `go get -tool` with its package, and write `//go:generate go tool` and its name\n" +
		"\tgo: no such tool \"absent\"\n" +
		"c/c.go:3: running \"go\": exit status 1\n" +
		"\t# example.com/m/internal/gen\n" +
		"\t../internal/gen/main.go:3:15: undefined: undefined\n" +
		"d/d.go:3: running \"go\": exit status 1; generators have no network, and go.mod says which version of them to use: run `go get -tool` with its package, and write `//go:generate go tool` and its name\n" +
		"\tgo: example.com/gen@v1.2.3: module lookup disabled by GOPROXY=off\n"
	if got := reported(t, s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRemoved has a generator that removes a file, which is not an edit that
// a build can go on from.
func TestRemoved(t *testing.T) {
	archive := `
-- go.mod --
module example.com/m

go 1.25
-- m.go --
package m

//go:generate go run ./internal/gen
-- old.txt --
-- internal/gen/main.go --
package main

import "os"

func main() { os.Remove("old.txt") }
`
	for fix, want := range map[bool]string{
		false: "old.txt:1: the generators remove the file: remove it by hand; to have it written: docker buildx build --target generate -o . .\n",
		true:  "old.txt:1: the generators remove the file: remove it by hand; the build would go on with it\n",
	} {
		s, before := generating(t, archive)
		if code, err := Generate(s, step.Generate{Fix: fix, Args: []string{"./..."}}, before); code != 1 || err != nil {
			t.Fatalf("exit code %d, %v, want 1\n%s", code, err, s.Stderr)
		}
		if got := reported(t, s); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestNoGenerators(t *testing.T) {
	s, before := generating(t, "-- go.mod --\nmodule example.com/m\n-- m.go --\npackage m\n")
	code, err := Generate(s, step.Generate{Args: []string{"-tags=x", "./..."}}, before)
	const want = "go: no package of ./... has a //go:generate line; name others with the key `generate`\n"
	if got := reported(t, s); code != 1 || err != nil || got != want {
		t.Errorf("exit code %d, %v, got %q, want 1 and %q", code, err, got, want)
	}
}
