package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/source/scan"
	"golang.org/x/tools/txtar"
)

// rootVariable tells the test's own program which directory it runs in when
// the go command starts it as step.Binary.
const rootVariable = "GOHULL_TEST_ROOT"

func TestMain(m *testing.M) {
	if root := os.Getenv(rootVariable); root != "" {
		os.Exit(Program(Env{Root: root, Vars: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}, os.Args))
	}
	os.Exit(m.Run())
}

// TestVerbs runs verbs as a step does. The last line of a case is the command
// line. Its files are those of the step: src/main.go is /src/main.go. "want"
// has the exit code, the log, and what the step leaves.
func TestVerbs(t *testing.T) {
	ran := map[string]bool{"record": true} // by the go command, in the case of objects
	golden.Run(t, "testdata/verbs/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		lines := strings.Split(strings.TrimSpace(string(ar.Comment)), "\n")
		if lines[0] == "as root" && os.Getuid() != 0 {
			t.Skip("the verb changes owners of files")
		}
		args := strings.Fields(lines[len(lines)-1])
		env := newEnv(t, ar)
		code := Run(env, args)
		ran[args[0]] = true
		golden.Set(t, ar, "want", fmt.Sprintf("exit code %d\n%s%s", code, indented(env, fmt.Sprint(env.Stdout)), left(t, env)))
	})
	for _, v := range Verbs() {
		if name := step.Command(v)[1]; !ran[name] {
			t.Errorf("no case runs the verb %s", name)
		}
	}
}

// newEnv returns an environment in a temporary directory that has the files of
// an archive. Both streams of the log are one buffer.
func newEnv(t *testing.T, ar *txtar.Archive) Env {
	t.Helper()
	root := t.TempDir()
	log := &bytes.Buffer{}
	env := Env{Root: root, Dir: filepath.Join(root, step.Source), Stdout: log, Stderr: log}
	env.Vars = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOMODCACHE="+env.at(step.ModCache), "GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local", "GOWORK=", rootVariable+"="+root)
	for _, dir := range []string{step.Source, step.Out, step.Static, step.Report, step.Cache} {
		if err := os.MkdirAll(env.at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range ar.Files {
		name := env.at(f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(string(f.Data), "#!") {
			mode = 0o755
		}
		if err := os.WriteFile(name, f.Data, mode); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(env.at(step.Binary)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, env.at(step.Binary)); err != nil {
		t.Fatal(err)
	}
	return env
}

// left lists what a step leaves: names, modes, and the text of short files.
func left(t *testing.T, env Env) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range []string{step.Out, step.Static, step.Report} {
		err := filepath.WalkDir(env.at(dir), func(name string, e fs.DirEntry, err error) error {
			if err != nil || name == env.at(dir) {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %s\n", strings.TrimPrefix(name, env.Root), info.Mode())
			if !e.Type().IsRegular() {
				return nil
			}
			text, err := os.ReadFile(name)
			if err == nil && len(text) < 2048 && utf8.Valid(text) {
				b.WriteString(indented(env, readable(text)))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// readable returns the errors of a report as lines, and any other text as it is.
func readable(text []byte) string {
	var f step.Failure
	if err := json.Unmarshal(text, &f); err != nil || f.Errors == nil {
		return string(text)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, errors: %d\n", f.Command, f.Total)
	for _, e := range f.Errors {
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", e.File, e.Line, e.Col, e.Message)
	}
	return b.String()
}

// varying are parts of texts that depend on the machine and on the Go version.
var varying = regexp.MustCompile(`\d+\.\d+s|\d+ actions`)

func indented(env Env, text string) string {
	text = varying.ReplaceAllString(strings.ReplaceAll(text, env.Root, "$ROOT"), "…")
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("\t" + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}

// TestTable compares the table with the types of package step: each type that
// is a verb has one row.
func TestTable(t *testing.T) {
	var want, got []string
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "verb" {
				want = append(want, "*step."+fn.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
			}
		}
	}
	names := map[string]bool{}
	for _, v := range Verbs() {
		got = append(got, fmt.Sprintf("%T", v))
		names[step.Command(v)[1]] = true
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("package step has the verbs %q, the table has %q", want, got)
	}
	if len(names) != len(got) {
		t.Errorf("two verbs have one name: %d verbs, %d names", len(got), len(names))
	}
}

// TestErrors: a command line that is wrong, and a panic, are in the log and in
// the report that the frontend reads.
func TestErrors(t *testing.T) {
	saved := table
	t.Cleanup(func() { table = saved })
	table = []row{
		verb(writing(step.FactsFile, step.Source, scan.Scan)),
		verb(func(Env, step.Skeleton) (int, error) { panic("boom") }),
	}
	for _, c := range []struct{ args, command, want string }{
		{"", "gohull", "no verb"},
		{"compile", "compile", `unknown verb "compile"`},
		{"scan -color", "scan", "scan: flag provided but not defined: -color"},
		{"skeleton", "skeleton", "gohull failed: boom; this is a bug of gohull, please report it"},
	} {
		env := newEnv(t, &txtar.Archive{})
		if code := Run(env, strings.Fields(c.args)); code != 1 {
			t.Errorf("%q: exit code %d", c.args, code)
		}
		data, err := os.ReadFile(filepath.Join(env.at(step.Report), step.ReportFile))
		if err != nil {
			t.Fatal(err)
		}
		var f step.Failure
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		if f.Command != c.command || f.Total != 1 || len(f.Errors) != 1 || !strings.HasPrefix(f.Errors[0].Message, c.want) {
			t.Errorf("%q: the report is %+v, want %s: %q", c.args, f, c.command, c.want)
		}
		if log := fmt.Sprint(env.Stderr); !strings.HasPrefix(log, "gohull: "+c.want) {
			t.Errorf("%q: the log is %q, want %q", c.args, log, c.want)
		}
	}
}

// TestUmask: the modes of a step's output do not depend on the builder.
func TestUmask(t *testing.T) {
	t.Cleanup(func(old int) func() { return func() { syscall.Umask(old) } }(syscall.Umask(0o022)))
	env := newEnv(t, &txtar.Archive{})
	syscall.Umask(0o077)
	if code := Run(env, []string{"scan", "-platforms=linux/amd64"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, env.Stderr)
	}
	info, err := os.Stat(filepath.Join(env.at(step.Out), step.FactsFile))
	if err != nil || info.Mode() != 0o644 {
		t.Errorf("the mode is %v, %v; want 0644", info.Mode(), err)
	}
}

// TestVisible: text that would act on a terminal reaches the log with escapes.
func TestVisible(t *testing.T) {
	env := newEnv(t, &txtar.Archive{})
	Run(env, []string{"\x1b[2J"})
	if log := fmt.Sprint(env.Stderr); strings.Contains(log, "\x1b") || !strings.Contains(log, `\x1b[2J`) {
		t.Errorf("the log is %q", log)
	}
}
