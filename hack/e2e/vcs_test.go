package e2e

import (
	"debug/buildinfo"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// TestVCS builds a program in states of a repository. It says what a program of `go build`
// in the checkout says, and another commit compiles the main package alone.
func TestVCS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := gohull(t, dir, "--target=binary", "--provenance=false")
	edit(t, b, map[string]string{
		"Dockerfile":  "build: {vcs: true}\n",
		"go.mod":      "module example.com/vcs\n\ngo 1.26.8\n",
		"main.go":     "package main\n\nimport \"example.com/vcs/sub\"\n\nfunc main() { println(sub.Text) }\n",
		"sub/text.go": "package sub\n\nvar Text = `" + dir + "`\n",
	})
	git := func(args ...string) string { return inRepository(t, dir, args...) }
	git("init", "-q")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	for _, state := range []func(){
		func() {},
		func() { git("tag", "v1.2.3") },
		func() { git("commit", "-q", "--allow-empty", "-m", "second") },
		func() {
			edit(t, b, map[string]string{"main.go": "package main\n\nimport \"example.com/vcs/sub\"\n\nfunc main() { print(sub.Text) }\n"})
		},
	} {
		state()
		want := filepath.Join(t.TempDir(), "vcs")
		cmd := exec.Command("go", "build", "-buildvcs=true", "-o", want, ".")
		cmd.Dir, cmd.Env = dir, append(cmd.Environ(), "GOFLAGS=", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		dirty := "false"
		if git("status", "--porcelain") != "" {
			dirty = "true"
		}
		build, out := b, t.TempDir()
		build.Args = append(slices.Clone(b.Args), "--output="+out, "--build-arg=DIRTY="+dirty,
			"--build-arg=VERSION="+git("describe", "--tags", "--always"), "--build-arg=COMMIT="+git("rev-parse", "HEAD"), "--build-arg=DATE="+git("log", "-1", "--format=%cI"))
		r := succeed(t, build)
		if got, want := ofCheckout(t, filepath.Join(out, "vcs")), ofCheckout(t, want); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if v, _ := r.Vertex("compile vcs for linux/amd64"); git("rev-list", "--count", "HEAD") == "2" && !strings.HasSuffix(v.Log, "compiled 1 package\n") {
			t.Errorf("another commit compiles more than the main package:\n%s", v.Log)
		}
	}
}

// inRepository runs git in a directory, with fixed settings.
func inRepository(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// ofCheckout returns what a program says about the checkout that it is built from.
func ofCheckout(t *testing.T, program string) []string {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	others := func(s debug.BuildSetting) bool { return !strings.HasPrefix(s.Key, "vcs") }
	all := []string{info.Main.Path, info.Main.Version}
	for _, s := range slices.DeleteFunc(info.Settings, others) {
		all = append(all, s.Key+"="+s.Value)
	}
	return all
}
