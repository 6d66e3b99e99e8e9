package check

import (
	"testing"

	"github.com/gohull/gohull/llb/step"
)

// builder is a project whose program ./build makes files in the directory that it
// runs in.
const builder = `
-- go.mod --
module example.com/m

go 1.25
-- web/old.txt --
one
-- build/main.go --
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) == 1 {
		fmt.Println("web/old.txt:1:2: unexpected end of input")
		os.Exit(3)
	}
	os.WriteFile("old.txt", []byte(os.Args[1]+"\n"), 0o644)
	os.WriteFile("new.txt", []byte("new\n"), 0o644)
}
`

func TestCommand(t *testing.T) {
	run := step.Generate{Command: true, Dir: "web", Files: []string{"web"}, Args: []string{"go", "run", "../build", "two words"}}
	s, before := generating(t, builder)
	code, err := Generate(s, run, before)
	if code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1\n%s", code, err, s.Stderr)
	}
	const want = "web/new.txt:1: the file is missing, and the generators make it; to have it written: docker buildx build --target generate -o . .\n" +
		"web/old.txt:1: not as the generators make it\n\t-one\n\t+two words\n"
	if got := reported(t, s); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	s, before = generating(t, builder)
	run.Fix = true
	if code, err := Generate(s, run, before); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", code, err, s.Stderr)
	}
	files, err := contents(s.Out)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || string(files["web/old.txt"]) != "two words\n" || string(files["web/new.txt"]) != "new\n" {
		t.Errorf("got %q", files)
	}
}

func TestCommandFails(t *testing.T) {
	for _, c := range []struct {
		args, files []string
		want        string
	}{
		{[]string{"go", "run", "./build"}, []string{"."}, "web/old.txt:1: unexpected end of input\n"},
		{[]string{"gohull-no-such-program", "x"}, []string{"."}, "go: the toolchain has no program gohull-no-such-program; for a tool of go.mod, write [go, tool, NAME]; for a program of the project, [go, run, ./DIR]\n"},
		{[]string{"go", "tool", "absent"}, []string{"."}, "go: no such tool \"absent\"; go.mod has no tool line for it: run `go get -tool` with the package of the tool\n"},
		{[]string{"go", "run", "example.com/gen@v1.2.3"}, []string{"."}, "go: example.com/gen@v1.2.3: module lookup disabled by GOPROXY=off; commands have no network, and go.mod says which version of a program to use: run `go get -tool` with its package\n"},
		{[]string{"cat", "absent.txt"}, []string{"web"}, "go: cat: absent.txt: No such file or directory; the command finds go.mod, the source of its program, and what `generate.files` names: web\n"},
		{[]string{"false"}, []string{"."}, "go: it ended with status 1 and printed nothing\n"},
	} {
		s, before := generating(t, builder)
		code, err := Generate(s, step.Generate{Command: true, Dir: ".", Files: c.files, Args: c.args}, before)
		if code == 0 || err != nil {
			t.Fatalf("%q: exit code %d, %v, want a failure\n%s", c.args, code, err, s.Stderr)
		}
		if got := reported(t, s); got != c.want {
			t.Errorf("%q:\ngot  %swant %s", c.args, got, c.want)
		}
	}
}
