package closure

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"golang.org/x/tools/txtar"
)

// An example is a file a user could have written: the comment's last line is
// the command line of the step, "links" holds symbolic links, which an archive
// cannot, and "want" the closure.
type example struct {
	verb  step.Closure
	files []txtar.File
	links []Link
}

func TestFind(t *testing.T) {
	golden.Run(t, "testdata/*/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		p := readExample(t, ar)
		golden.Set(t, ar, "want", findText(p.write(t, t.TempDir()), p.verb))
	})
}

func readExample(t *testing.T, ar *txtar.Archive) example {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(string(ar.Comment)), "\n")
	var p example
	if _, err := step.Parse(strings.Fields(lines[len(lines)-1]), &p.verb); err != nil {
		t.Fatal(err)
	}
	for _, f := range ar.Files {
		switch f.Name {
		case "want":
		case "links":
			p.links = readLinks(string(f.Data))
		default:
			p.files = append(p.files, f)
		}
	}
	return p
}

func readLinks(text string) []Link {
	var list []Link
	for line := range strings.Lines(text) {
		name, target, _ := strings.Cut(strings.TrimSpace(line), " -> ")
		list = append(list, Link{name, target})
	}
	return list
}

// write puts the project into a directory, and returns that as a file system.
func (p example) write(t *testing.T, dir string) fs.FS {
	t.Helper()
	for _, f := range p.files {
		writeFile(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	for _, l := range p.links {
		name := filepath.Join(dir, l.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(l.Target, name); err != nil {
			t.Fatal(err)
		}
	}
	return open(t, dir)
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dir string) fs.FS {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.FS()
}

func findText(fsys fs.FS, v step.Closure) string {
	r, err := Find(fsys, v, Asked{})
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return text(r)
}

func text(r Result) string {
	var b strings.Builder
	for _, name := range r.Files {
		b.WriteString(name + "\n")
	}
	for _, l := range r.Links {
		b.WriteString(l.Name + " -> " + l.Target + "\n")
	}
	for _, s := range r.Outline.Stubs {
		if s.Main {
			fmt.Fprintf(&b, "%s imports %s\n", s.Dir, strings.Join(s.Imports, " "))
		} else {
			fmt.Fprintf(&b, "%s can be imported, imports %s\n", s.Path, strings.Join(s.Imports, " "))
		}
	}
	for _, importPath := range r.Outline.Mains {
		fmt.Fprintf(&b, "main package %s of another module\n", importPath)
	}
	if r.Programs != nil {
		fmt.Fprintf(&b, "programs %s\n", strings.Join(r.Programs, " "))
	}
	return b.String()
}
