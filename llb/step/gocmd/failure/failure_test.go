package failure

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/tools/txtar"
)

// A case is what the go command printed in /src, recorded from a real run,
// a go.mod, and the errors that are read from it. Lines of the comment say
// more: "dir: x" that it ran in a directory of the context, "machines: x y" that
// it had a netrc with these, "modules: path dir" which modules the project has,
// "import: x" what any line of the source says, "given: x y" what else it had.
func TestParse(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		at := Place{Source: "/src", Dir: "."}
		for line := range strings.Lines(string(ar.Comment)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			words := strings.Fields(value)
			switch key {
			case "dir":
				at.Dir = value
			case "modules":
				at.Modules = map[string]string{}
				for i := 0; i+1 < len(words); i += 2 {
					at.Modules[words[i]] = words[i+1]
				}
			case "import":
				at.Line = func(string, int) string { return value }
			case "machines":
				at.Given.Netrc, at.Given.Machines = true, words
			case "given":
				at.Given.GitConfig = slices.Contains(words, "gitconfig")
				at.Given.GitCredentials = slices.Contains(words, "git-credentials")
				at.Given.KnownHosts = slices.Contains(words, "known_hosts")
				at.Given.Agent = slices.Contains(words, "agent")
			}
		}
		var output string
		for _, f := range ar.Files {
			switch f.Name {
			case "output":
				output = string(f.Data)
			case "want":
			default:
				at.Mod = ParseMod(f.Name, f.Data)
			}
		}
		golden.Set(t, ar, "want", text(Parse(output, at)))
	})
}

func text(errs []step.Error) string {
	var b strings.Builder
	for _, e := range errs {
		switch {
		case e.Col > 0:
			fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Col)
		case e.Line > 0:
			fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
		default:
			b.WriteString("(no place) ")
		}
		fmt.Fprintln(&b, e.Message)
		if e.Missing != nil {
			fmt.Fprintln(&b, "\t(missing: "+strings.Join(e.Missing, ", ")+")")
		}
	}
	return b.String()
}

func TestLongMessage(t *testing.T) {
	errs := Parse("main.go:1:1: "+strings.Repeat("é", messageLimit), Place{Source: "/src"})
	if n := len(errs[0].Message); n > messageLimit+len("…") || !utf8.ValidString(errs[0].Message) {
		t.Errorf("the message has %d bytes", n)
	}
}

// Anything that a compiler, a linker or a proxy says ends up here.
func FuzzParse(f *testing.F) {
	cases, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range cases {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(ar.Files[0].Data), string(ar.Files[len(ar.Files)-2].Data))
	}
	f.Fuzz(func(t *testing.T, output, mod string) {
		at := Place{Source: "/src", Dir: "svc", Mod: ParseMod("svc/go.mod", []byte(mod))}
		seen := map[string]bool{}
		for _, e := range Parse(output, at) {
			switch {
			case seen[fmt.Sprint(e)]:
				t.Errorf("twice: %+v", e)
			case e.Message == "":
				t.Errorf("no message: %+v", e)
			case e.File == "" && (e.Line != 0 || e.Col != 0), e.Line < 0, e.Col < 0:
				t.Errorf("a line of no file: %+v", e)
			case strings.HasPrefix(e.File, "../"), strings.HasPrefix(e.File, "/src/"):
				t.Errorf("not relative to the context: %+v", e)
			}
			seen[fmt.Sprint(e)] = true
		}
	})
}
