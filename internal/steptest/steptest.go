// Package steptest has what tests of verbs need: a step in directories of the
// test, and what it reports.
package steptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"golang.org/x/tools/txtar"
)

// New returns a step whose Source has the files of an archive. Its streams are
// buffers. The step has the variables of
// the test and those in env, "KEY=value" each. Unless they say otherwise,
// nothing is downloaded.
func New(t *testing.T, archive string, env ...string) gocmd.Step {
	t.Helper()
	dir := t.TempDir()
	files, err := txtar.FS(txtar.Parse([]byte(archive)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "src"), files); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"out", "report"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return gocmd.Step{
		Source: filepath.Join(dir, "src"),
		Dir:    filepath.Join(dir, "src"),
		Out:    filepath.Join(dir, "out"),
		Report: filepath.Join(dir, "report"),
		Temp:   filepath.Join(dir, "tmp"),
		CA:     filepath.Join(dir, "ca"),
		Netrc:  filepath.Join(dir, "netrc"),
		Env:    append(append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK="), env...),
		Stdout: &bytes.Buffer{},
		Stderr: &bytes.Buffer{},
	}
}

// Failure returns what a failed step reports.
func Failure(t *testing.T, s gocmd.Step) step.Failure {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.Report, step.ReportFile))
	if err != nil {
		t.Fatal(err)
	}
	var f step.Failure
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Errors returns the errors that a failed step reports, "file:line: message"
// each. If the report does not have the text of such a file, the test fails.
func Errors(t *testing.T, s gocmd.Step) string {
	t.Helper()
	f := Failure(t, s)
	var b strings.Builder
	for _, e := range f.Errors {
		fmt.Fprintf(&b, "%s:%d: %s\n", e.File, e.Line, e.Message)
		if e.File != "" && f.Files[e.File] == nil {
			t.Errorf("the report has no text of %s", e.File)
		}
	}
	return b.String()
}
