package gocmd_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/google/go-cmp/cmp"
)

// trial is a step in a directory of the test.
type trial struct{ gocmd.Step }

// newTrial makes a step whose context has the files of an archive.
func newTrial(t *testing.T, archive string, env ...string) trial {
	t.Helper()
	return trial{steptest.New(t, archive, append([]string{"GOFLAGS=-mod=mod", "GOWORK=off"}, env...)...)}
}

func (tr trial) run(t *testing.T, args ...string) int {
	t.Helper()
	code, err := gocmd.Run(tr.Step, step.Go{Epoch: 1700000000, Args: args})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// failure returns the report, with the names of the files in place of their text.
func (tr trial) failure(t *testing.T) (f step.Failure, files string) {
	t.Helper()
	f = steptest.Failure(t, tr.Step)
	var names []string
	for name, text := range f.Files {
		if len(text) == 0 {
			t.Errorf("%s has no text", name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	f.Files = nil
	return f, strings.Join(names, " ")
}

// noReport checks that a step that succeeds reports nothing.
func (tr trial) noReport(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(tr.Report, step.ReportFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a report: %v", err)
	}
}

func TestBuild(t *testing.T) {
	tr := newTrial(t, `
-- go.mod --
module example.com/hello

go 1.26
-- main.go --
package main

func main() { println("hello") }
`)
	if code := tr.run(t, "build", "-o", tr.Out+"/sub/", "."); code != 0 {
		t.Fatalf("exit code %d: %s", code, tr.Stderr)
	}
	for _, name := range []string{"", "sub", "sub/hello"} {
		info, err := os.Stat(filepath.Join(tr.Out, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.ModTime(); got != time.Unix(1700000000, 0) {
			t.Errorf("%q has the time %v", name, got)
		}
	}
	if !strings.HasPrefix(fmt.Sprint(tr.Stderr), "compiled ") {
		t.Errorf("no progress: %s", tr.Stderr)
	}
	tr.noReport(t)
}

func TestCompileErrors(t *testing.T) {
	tr := newTrial(t, `
-- go.mod --
module example.com/m

go 1.26
-- svc/main.go --
package main

import "example.com/m/lib"

func main() { lib.F(1) }
-- lib/lib.go --
package lib

func F(s string) {}
`)
	tr.Dir = filepath.Join(tr.Source, "svc")
	if code := tr.run(t, "build", "-trimpath", "-o", tr.Out, "./"); code != 1 {
		t.Errorf("exit code %d", code)
	}
	got, files := tr.failure(t)
	want := step.Failure{
		Command: "compile ./", Total: 1,
		Errors: []step.Error{{File: "svc/main.go", Line: 5, Col: 21,
			Message: "cannot use 1 (untyped int constant) as string value in argument to lib.F"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || files != "svc/main.go" {
		t.Errorf("files %s, -want +got\n%s", files, diff)
	}
	if want := "# example.com/m/svc\n./main.go:5:21: " + want.Errors[0].Message + "\n"; fmt.Sprint(tr.Stderr) != want {
		t.Errorf("stderr is\n%swant\n%s", tr.Stderr, want)
	}
}

// Errors of modules point at the go.mod above the directory.
func TestModuleErrors(t *testing.T) {
	tr := newTrial(t, `
-- svc/go.mod --
module example.com/svc

go 1.26

require example.com/dep v1.0.0
-- svc/cmd/main.go --
package main

import _ "example.com/dep"

func main() {}
`)
	tr.Dir = filepath.Join(tr.Source, "svc/cmd")
	tr.run(t, "mod", "download")
	got, files := tr.failure(t)
	want := step.Failure{
		Command: "go mod download", Total: 1,
		Errors: []step.Error{{File: "svc/go.mod", Line: 5,
			Message: "example.com/dep@v1.0.0: module lookup disabled by GOPROXY=off"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || files != "svc/go.mod" {
		t.Errorf("files %s, -want +got\n%s", files, diff)
	}
}

// A comment can claim that a line comes from any file of the machine.
func TestFilesOutside(t *testing.T) {
	tr := newTrial(t, `
-- go.mod --
module example.com/m

go 1.26
-- main.go --
package main

func main() {
//line /etc/passwd:1
	a
//line ../../netrc:1
	b
}
`)
	if err := os.WriteFile(tr.Netrc, []byte("machine x login y password z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tr.run(t, "build", ".")
	got, files := tr.failure(t)
	if len(got.Errors) < 2 || files != "" {
		t.Errorf("%d errors, with the text of %q", len(got.Errors), files)
	}
}

func TestReportLimits(t *testing.T) {
	var main strings.Builder
	for i := range 30 {
		main.WriteString("-- p" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + "/p.go --\npackage p\n\nvar x = y\n")
	}
	tr := newTrial(t, "-- go.mod --\nmodule example.com/m\n\ngo 1.26\n"+main.String())
	tr.run(t, "build", "./...")
	got, files := tr.failure(t)
	if got.Command != "compile ./..." || got.Total != 30 || len(got.Errors) != 20 || len(strings.Fields(files)) != 20 {
		t.Errorf("%s: %d errors, %d of them in %s", got.Command, got.Total, len(got.Errors), files)
	}
}

// fakeGo has a script run instead of the go command.
func fakeGo(t *testing.T, script string) {
	t.Helper()
	if _, err := exec.LookPath("/bin/sh"); err != nil {
		t.Skip("the stand-in for the go command is a shell script")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
}

func TestEnvironment(t *testing.T) {
	fakeGo(t, `for v in HOME TMPDIR GOTMPDIR NETRC SSL_CERT_FILE GIT_SSL_CAINFO; do eval echo $v=\$$v; done`)
	system := filepath.Join(t.TempDir(), "system.pem")
	if err := os.WriteFile(system, []byte("the system's"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", system)

	tr := newTrial(t, "", "HOME=", "NETRC=", "GIT_SSL_CAINFO=")
	tr.run(t, "env")
	check := func(want string) {
		t.Helper()
		got := strings.NewReplacer(filepath.Dir(tr.Temp), "$DIR", system, "$SYSTEM").Replace(fmt.Sprint(tr.Stdout))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		tr.Stdout.(*bytes.Buffer).Reset()
	}
	check("HOME=$DIR/tmp/home\nTMPDIR=$DIR/tmp\nGOTMPDIR=$DIR/tmp\nNETRC=\nSSL_CERT_FILE=$SYSTEM\nGIT_SSL_CAINFO=\n")
	tr.Env = append(tr.Env, "HOME=/root")
	tr.run(t, "env")
	check("HOME=/root\nTMPDIR=$DIR/tmp\nGOTMPDIR=$DIR/tmp\nNETRC=\nSSL_CERT_FILE=$SYSTEM\nGIT_SSL_CAINFO=\n")

	for name, text := range map[string]string{tr.Netrc: "machine x", tr.CA: testCA} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tr.run(t, "env")
	check("HOME=$DIR/tmp/home\nTMPDIR=$DIR/tmp\nGOTMPDIR=$DIR/tmp\nNETRC=$DIR/netrc\n" +
		"SSL_CERT_FILE=$DIR/tmp/ca-certificates.crt\nGIT_SSL_CAINFO=$DIR/tmp/ca-certificates.crt\n")
	bundle, err := os.ReadFile(filepath.Join(tr.Temp, "ca-certificates.crt"))
	if want := "the system's\n" + testCA; err != nil || string(bundle) != want {
		t.Errorf("the bundle is %q, %v", bundle, err)
	}
}

func TestOutput(t *testing.T) {
	fakeGo(t, `echo "got $*"
echo "example.com/a" >&2
echo "GET https://me:secret@proxy.example/x@v1: 404" >&2
printf 'no newline' >&2
exit 3`)
	tr := newTrial(t, "")
	if code := tr.run(t, "build", "-o", "x"); code != 3 {
		t.Errorf("exit code %d", code)
	}
	if got, want := fmt.Sprint(tr.Stdout), "got build -v -o x\n"; got != want {
		t.Errorf("stdout is %q, want %q", got, want)
	}
	if got, want := fmt.Sprint(tr.Stderr), "GET https://***@proxy.example/x@v1: 404\nno newline\n"; got != want {
		t.Errorf("stderr is %q, want %q", got, want)
	}
	got, _ := tr.failure(t)
	if len(got.Errors) != 1 || strings.Contains(got.Errors[0].Message, "secret") {
		t.Errorf("the report is %+v", got)
	}
}

// A build that is cancelled ends the compilers, too.
func TestSignal(t *testing.T) {
	fakeGo(t, `trap 'exit 7' TERM
kill -TERM $PPID
while :; do :; done`)
	if code := newTrial(t, "").run(t, "build"); code != 7 {
		t.Errorf("exit code %d", code)
	}
	fakeGo(t, `kill -KILL $$`)
	if code := newTrial(t, "").run(t, "build"); code != 128+9 {
		t.Errorf("exit code %d", code)
	}
}

func TestNoGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	tr := newTrial(t, "")
	tr.Goroot = "/nowhere"
	_, err := gocmd.Run(tr.Step, step.Go{})
	want := "found no go command on PATH and none in /nowhere/bin; use a toolchain image that has Go"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// testCA is a certificate that nobody trusts.
const testCA = `-----BEGIN CERTIFICATE-----
MIIBTTCB86ADAgECAgEBMAoGCCqGSM49BAMCMBUxEzARBgNVBAMTCkV4YW1wbGUg
Q0EwIBcNMjMxMTE0MjIxMzIwWhgPMjA1NTA3MjQwMDAwMDBaMBUxEzARBgNVBAMT
CkV4YW1wbGUgQ0EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT/NBV2aqxJAGzD
pGg1qZ1lSh3Q5+5Rs0jzPoZDdgdLVQXD0/u+k5IpFO8iNjSDFI4kJmQjT9f+XNz5
wXIg5nt1ozIwMDAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBSTVCZoRsqK8m9+
m1oQVvyJTm8dtDAKBggqhkjOPQQDAgNJADBGAiEAkYxvkkW97NkFAXk52/4G7KSt
IHWbJab8TEo4sZKuTwcCIQCCwTLyBdbCrqRfOs55ZJhoB3JLEBJ1ZfnuQL9354kF
ww==
-----END CERTIFICATE-----
`
