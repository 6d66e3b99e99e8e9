package run

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"golang.org/x/tools/txtar"
)

const checkedOut = `
-- src/go.mod --
module example.com/m

go 1.24
-- src/main.go --
package main

func main() {}
-- src/sub/go.mod --
module example.com/m/sub

go 1.24
-- src/sub/main.go --
package main

func main() {}
`

// TestCheckout compares what a program of a step says about its checkout with
// what one of `go build` in a real checkout says.
func TestCheckout(t *testing.T) {
	for _, c := range []struct {
		name         string
		dir          string   // of the package
		tags, before []string // git has them all
		dirty        bool
	}{
		{name: "no tag"},
		{name: "tag", tags: []string{"v1.2.3"}},
		{name: "tags", tags: []string{"v1.2.3-rc.1", "v1.2.3", "latest"}},
		{name: "after a tag", before: []string{"v1.2.3"}},
		{name: "after a prerelease", before: []string{"v1.2.3-rc.1"}, dirty: true},
		{name: "after another tag", before: []string{"nightly"}},
		{name: "dirty", tags: []string{"v0.1.0"}, dirty: true},
		{name: "of another major version", tags: []string{"v2.0.0"}, before: []string{"v1.0.0"}},
		{name: "of a module below", dir: "sub", tags: []string{"v1.2.3"}},
		{name: "with a tag of a module below", dir: "sub", tags: []string{"v1.2.3", "sub/v0.3.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := newEnv(t, txtar.Parse([]byte(checkedOut)))
			real := t.TempDir()
			if err := os.CopyFS(real, os.DirFS(env.at(step.Source))); err != nil {
				t.Fatal(err)
			}
			git := gitIn(t, real)
			git("init", "-q")
			git("add", ".")
			git("commit", "-q", "-m", "first")
			for _, tag := range c.before {
				git("tag", "-a", "-m", tag, tag)
			}
			git("commit", "-q", "--allow-empty", "-m", "second")
			for _, tag := range c.tags {
				git("tag", tag)
			}
			if c.dirty {
				if err := os.WriteFile(filepath.Join(real, "main.go"), []byte("package main\n\nfunc main() { print() }\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := aboutCheckout(t, realBuild(t, env, filepath.Join(real, c.dir)))
			if !strings.Contains(want, "vcs.revision") {
				t.Fatalf("go build wrote no revision: %s", want)
			}

			commit := strings.Fields(git("log", "-1", "--format=%H %ct"))
			v := step.Go{Args: []string{"build", "-buildvcs=true", "-o", env.at(step.Out) + "/", "."}}
			seconds, _ := strconv.ParseInt(commit[1], 10, 64)
			v.Checkout = step.Checkout{Commit: commit[0], Time: seconds, Modified: c.dirty, Tags: c.tags, Before: c.before}
			if err := os.Mkdir(env.at(step.Source)+"/.git", 0o755); err != nil {
				t.Fatal(err)
			}
			env.Dir = filepath.Join(env.at(step.Source), c.dir)
			if code := Run(env, step.Command(&v)[1:]); code != 0 {
				t.Fatalf("exit code %d\n%s", code, env.Stdout)
			}
			name := "m"
			if c.dir != "" {
				name = c.dir
			}
			if got := aboutCheckout(t, filepath.Join(env.at(step.Out), name)); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// gitIn returns a function that runs git in a directory, with fixed settings.
func gitIn(t *testing.T, dir string) func(args ...string) string {
	t.Helper()
	bin, err := exec.LookPath("git")
	if err != nil {
		t.Skip(err)
	}
	return func(args ...string) string {
		t.Helper()
		cmd := exec.Command(bin, append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
}

// realBuild returns the program that the go command builds in a checkout.
func realBuild(t *testing.T, env Env, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", "build", "-buildvcs=true", "-o", out, ".")
	cmd.Dir, cmd.Env = dir, env.Vars
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// aboutCheckout returns what a program says about the checkout, as lines.
func aboutCheckout(t *testing.T, program string) string {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("main " + info.Main.Path + " " + info.Main.Version + "\n")
	for _, s := range info.Settings {
		if strings.HasPrefix(s.Key, "vcs") {
			b.WriteString(setting(s) + "\n")
		}
	}
	return b.String()
}

func setting(s debug.BuildSetting) string { return s.Key + "=" + s.Value }
