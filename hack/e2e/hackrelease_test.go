package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
)

// TestHackRelease makes a release of this repository, for one platform, and
// builds a project with it by the tag of its minor version.
func TestHackRelease(t *testing.T) {
	repo := t.TempDir()
	git(t, repo, "clone", "--quiet", "file://"+absolute(t, "../.."), ".")
	release := func(version string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "./hack/release", version, env(t, "REGISTRY")+"/e2e/release/gohull")
		cmd.Args = append(cmd.Args, gohull(t, "").Args...) // the machine's own CA
		cmd.Dir = repo
		cmd.Env = append(os.Environ(), "SYNTAX="+env(t, "GOHULL_SYNTAX"), "PLATFORMS=linux/amd64")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for version, want := range map[string]string{
		"1.2":   `release: the version is "1.2", want three numbers: 1.2.3, or 1.2.3-rc.1` + "\n",
		"7.0.9": `release: CHANGELOG.md has no section "## 7.0.9"` + "\n",
	} {
		if out, err := release(version); err == nil || out != want {
			t.Errorf("version %s: %v, printed\n%s\nwant\n%s", version, err, out, want)
		}
	}
	overwrite(t, repo, "CHANGELOG.md", "# Changelog\n\n## 7.1.0\n\nNothing.\n")
	if out, err := release("7.1.0"); err == nil || !strings.Contains(out, "changes that are not committed") {
		t.Errorf("%v, printed\n%s", err, out)
	}
	git(t, repo, "commit", "--quiet", "--all", "--message=7.1.0")
	git(t, repo, "tag", "v7.2.0") // 7.1.0 is a fix of an older minor version
	out, err := release("7.1.0")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	name := env(t, "REGISTRY") + "/e2e/release/gohull"
	if !strings.Contains(out, "release: "+name+":7.1\n") || strings.Contains(out, "release: "+name+":7\n") {
		t.Errorf("printed\n%s\nwant the tag 7.1, and not 7", out)
	}
	if out, err := release("7.1.0"); err == nil || !strings.HasSuffix(out, ":7.1.0 exists, and a release never moves\n") {
		t.Errorf("again: %v, printed\n%s", err, out)
	}
	usesRelease(t, name+":7.1")
}

// usesRelease builds a project, and asks for the release.
func usesRelease(t *testing.T, syntax string) {
	t.Helper()
	b := buildx.Build{Dir: write(t, map[string]string{
		"Dockerfile": "# syntax=" + syntax + "\n",
		"go.mod":     goMod("example.com/user"),
		"main.go":    "package main\n\nfunc main() { println(\"made by a release\") }\n",
	}), Push: ref(t), Args: gohull(t, "").Args}
	succeed(t, b)
	prints(t, b.Push, "made by a release\n")
	b.Push, b.Args = "", []string{"--call=describe"}
	if r := succeed(t, b); !strings.HasSuffix(r.Stdout, "\ngohull 7.1.0\n") {
		t.Errorf("--call=describe printed\n%s", r.Stdout)
	}
	if labels := config(t, pull(t, syntax)).Labels; labels["org.opencontainers.image.version"] != "7.1.0" {
		t.Errorf("labels %q", labels)
	}
}

func absolute(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
