package gocmd

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
)

func TestNoAuthorities(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", filepath.Join(t.TempDir(), "none"))
	env, err := Step{Temp: t.TempDir(), Env: os.Environ()}.environment()
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := os.ReadFile(lookup(env, "SSL_CERT_FILE"))
	if err != nil || bytes.Count(bundle, []byte("BEGIN CERTIFICATE")) < 100 {
		t.Errorf("the bundle has %d bytes, %v", len(bundle), err)
	}
}

// A link in the context is not followed for an excerpt.
func TestReadLink(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(outside, []byte("machine x login y password z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if data, err := (Step{Source: dir}).read("link.txt", ""); err == nil {
		t.Errorf("a link was followed: %q", data)
	}
}

func TestProgress(t *testing.T) {
	var log bytes.Buffer
	now := time.Unix(0, 0)
	p := &progress{log: &log, now: func() time.Time { return now }}
	for _, line := range []string{"internal/abi", "fmt", "net/http", "example.com/m/cmd/api", "vendor/golang.org/x/text"} {
		if !p.takes([]byte(line + "\n")) {
			t.Errorf("%q is not taken for a package", line)
		}
		now = now.Add(1500 * time.Millisecond)
	}
	for _, line := range []string{"# example.com/m", "./main.go:1:2: x", "exit status 1", ""} {
		if p.takes([]byte(line + "\n")) {
			t.Errorf("%q is taken for a package", line)
		}
	}
	p.done()
	want := "compiled 3 packages, now net/http\ncompiled 5 packages, now vendor/golang.org/x/text\ncompiled 5 packages\n"
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAction(t *testing.T) {
	for want, args := range map[string]string{
		"compile ./cmd/api": "build -trimpath -ldflags=-s -o /out/api ./cmd/api",
		"compile ./a ./b":   "build -o /out/ ./a ./b",
		"go vet ./...":      "vet -tags x ./...",
		"go mod tidy":       "mod tidy -diff",
	} {
		if got := action(strings.Fields(args)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Long lines and parts of lines arrive as they were written.
func TestLines(t *testing.T) {
	var got []string
	l := &lines{each: func(line []byte) error {
		got = append(got, string(line))
		return nil
	}}
	for _, part := range []string{"a", "b\nc\n", "", "d\ne"} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if diff := cmp.Diff([]string{"ab\n", "c\n", "d\n"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	got = nil
	if _, err := l.Write(bytes.Repeat([]byte("x"), lineLimit)); err != nil || len(got) != 1 {
		t.Errorf("%d lines, %v", len(got), err)
	}
}

// TestGit asks git what it finds: the settings of the image's user, those of
// the secret, and the credentials.
func TestGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	own, given := t.TempDir(), t.TempDir()
	s := Step{
		Temp:  t.TempDir(),
		Netrc: filepath.Join(given, "netrc"),
		Git:   Git{Settings: filepath.Join(given, "gitconfig"), Credentials: filepath.Join(given, "git-credentials")},
		Env:   append(os.Environ(), "HOME="+own, "GIT_TERMINAL_PROMPT=0"),
	}
	for name, text := range map[string]string{
		filepath.Join(own, ".gitconfig"): "[user]\n\tname = image\n[core]\n\tpager = more\n",
		s.Git.Settings:                   "[user]\n\tname = secret\n",
		s.Git.Credentials:                "https://gopher:pa55word@git.example\n",
		s.Netrc:                          "machine x login y password z\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env, err := s.environment()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ args, input, want string }{
		{"config user.name", "", "secret\n"},
		{"config core.pager", "", "more\n"},
		{"credential fill", "protocol=https\nhost=git.example\n", "protocol=https\nhost=git.example\nusername=gopher\npassword=pa55word\n"},
	}
	for _, test := range tests {
		cmd := exec.Command("git", strings.Fields(test.args)...)
		cmd.Env, cmd.Stdin = env, strings.NewReader(test.input)
		if got, err := cmd.Output(); err != nil || string(got) != test.want {
			t.Errorf("git %s gave %q, %v, want %q", test.args, got, err, test.want)
		}
	}
	if netrc, err := os.ReadFile(filepath.Join(lookup(env, "HOME"), ".netrc")); err != nil || string(netrc) != "machine x login y password z\n" {
		t.Errorf("~/.netrc is %q, %v", netrc, err)
	}
}

// TestCaptureLimit: a program that prints without end is ended.
func TestCaptureLimit(t *testing.T) {
	s := Step{Stdout: io.Discard, Stderr: io.Discard}
	stdout, _, code, err := s.capture(exec.Command("yes"), 100_000)
	if err == nil || err.Error() != "yes printed more than 100000 bytes" || stdout != nil || code != 0 {
		t.Errorf("got %d bytes, exit code %d, error %v", len(stdout), code, err)
	}
	if stdout, _, code, err := s.capture(exec.Command("echo", "x"), 2); string(stdout) != "x\n" || code != 0 || err != nil {
		t.Errorf("got %q, exit code %d, error %v", stdout, code, err)
	}
}

// TestThroughLinker: what the spec says of the linker comes last, and holds.
func TestThroughLinker(t *testing.T) {
	s := Step{Linker: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.Linker, step.LinkerFile), []byte("/lib/ld.so"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want []string }{
		{[]string{"build", "-ldflags=-s -I /x", "."}, []string{"build", "-ldflags=-I /lib/ld.so -s -I /x", "."}},
		{[]string{"build", "-ldflags=-s", "-ldflags=./a=-w -X main.a=b", "./a"}, []string{"build", "-ldflags=-I /lib/ld.so -s", "-ldflags=./a=-I /lib/ld.so -w -X main.a=b", "./a"}},
		{[]string{"build", "-ldflags=all= -s"}, []string{"build", "-ldflags=all=-I /lib/ld.so  -s"}},
		{[]string{"build", "."}, []string{"build", "-ldflags=-I /lib/ld.so", "."}},
	} {
		got, err := s.throughLinker(c.args)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}
