package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// notedDocker is a `docker` that notes its command lines, and builds nothing. It
// answers as gohull does of a spec with two images, the second of which has no tag; a
// directory without a spec is an error. Tests of the second of two modules fail.
const notedDocker = `#!/bin/sh
echo $* >>"$NOTES" # unquoted, for one line
for last; do :; done
case $* in
*--call=bake*) echo '{"target": {"api": {"tags": ["registry.example/api:1"]}, "worker": {"tags": []}}}' ;;
*--call=inputs*) [ -e "$last/gohull.yaml" ] || exit 1; printf 'api sha256:1\nworker sha256:2\n' ;;
*test-report*)
	mkdir -p reports/api reports/worker
	echo '{"Action": "pass"}' >reports/api/test.json
	echo '{"Action": "fail", "Package": "example.com/worker", "Test": "TestLate"}' >reports/worker/test.json ;;
esac
`

// TestPipeline runs the pipeline of docs/ci.md with a docker that builds nothing, for a
// project in a directory of its repository whose spec is next to a Dockerfile.
func TestPipeline(t *testing.T) {
	repo, bin := t.TempDir(), t.TempDir()
	dir, notes := filepath.Join(repo, "services"), filepath.Join(t.TempDir(), "notes")
	text := read(t, "../../examples/ci/pipeline")
	for old, set := range map[string]string{
		"\nsecrets=":          "\nsecrets=\"id=netrc,src=a id=ca,src=b\"",
		"\nspec=Dockerfile\n": "\nspec=gohull.yaml\n",
	} {
		if !strings.Contains(text, old) {
			t.Fatalf("the pipeline has no line that begins with %s", old)
		}
		text = strings.Replace(text, old, set, 1)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{filepath.Join(dir, "pipeline"): text, filepath.Join(bin, "docker"): notedDocker} {
		if err := os.WriteFile(name, []byte(data), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := append(guideEnv(t), "NOTES="+notes, "PATH="+bin+":"+os.Getenv("PATH"))
	command := func(exit int, want string, argv ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
		cmd.Dir, cmd.Env = dir, env
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != exit || string(out) != want {
			t.Errorf("%s: exit code %d, and this is printed:\n%s\nwant %d, and\n%s", argv, got, out, exit, want)
		}
	}
	commit := func(message string) {
		t.Helper()
		command(0, "", "git", "add", "--all")
		command(0, "", "git", "commit", "-q", "--allow-empty", "-m", message)
	}
	command(0, "", "git", "init", "-q")
	commit("no spec yet")
	if err := os.WriteFile(filepath.Join(dir, "gohull.yaml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	command(0, "[\"api\",\"worker\"]\n", "./pipeline", "changed", "HEAD")
	commit("a spec")
	command(0, "[]\n", "./pipeline", "changed", "HEAD")
	for _, tag := range []string{"v4", "v4.1.0-rc.1", "v4.1.0"} {
		command(0, "", "git", "tag", tag)
	}
	command(0, "[\"api\",\"worker\"]\n", "./pipeline", "images")
	command(1, "failed: example.com/worker TestLate\nwhat they printed is above, and in reports\n", "./pipeline", "test")
	command(0, "", "./pipeline", "check")
	command(0, "", "./pipeline", "build")
	command(1, "gohull.yaml has no image wroker, but: api worker\n", "./pipeline", "build", "wroker")
	command(1, "the image worker has no tag here: write image.name and image.tags in gohull.yaml, and set BRANCH if the checkout is not of a tag\n",
		"./pipeline", "release", "worker")

	if got, err := exec.Command("git", "-C", dir, "worktree", "list").Output(); err != nil || strings.Count(string(got), "\n") != 1 {
		t.Errorf("checkouts are left: %v\n%s", err, got)
	}
	noted := read(t, notes)
	for _, want := range []string{"VERSION=v4.1.0 ", "bake --file docker-bake.json api ", "bake --file docker-bake.json worker "} {
		if !strings.Contains(noted, want) {
			t.Errorf("docker did not run with %q:\n%s", want, noted)
		}
	}
	for line := range strings.Lines(noted) {
		if strings.HasPrefix(line, "buildx build ") && !strings.Contains(line, "gohull.yaml ") {
			t.Errorf("this does not name the spec: docker %s", line)
		}
		if strings.Contains(line, "--call=bake") || strings.Contains(line, "--check") {
			continue // says what would be built
		}
		for _, secret := range []string{"id=netrc,src=a", "id=ca,src=b"} {
			if !strings.Contains(line, "--secret "+secret) && !strings.Contains(line, "api.secrets+="+secret) && !strings.Contains(line, "worker.secrets+="+secret) {
				t.Errorf("this has no secret %s: docker %s", secret, line)
			}
		}
	}
}
