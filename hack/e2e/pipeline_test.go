package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// notedDocker is a `docker` that notes its command lines, and builds nothing. It
// answers as gohull does of a spec with one image; a directory without a spec is an
// error.
const notedDocker = `#!/bin/sh
echo "$*" >>"$NOTES"
for last; do :; done
case $* in
*--call=bake*) echo '{"target": {"api": {"tags": ["registry.example/api:1"]}}}' ;;
*--call=inputs*) [ -e "$last/Dockerfile" ] || exit 1; echo "api sha256:1" ;;
*test-report*) mkdir -p reports; echo '{"Action": "pass"}' >reports/test.json ;;
esac
`

// TestPipeline runs the pipeline of docs/ci.md with a docker that builds nothing. A
// commit without a spec differs in all images and leaves no checkout behind, and what
// builds gets the secrets.
func TestPipeline(t *testing.T) {
	dir, bin := t.TempDir(), t.TempDir()
	notes := filepath.Join(t.TempDir(), "notes")
	text := read(t, "../../examples/ci/pipeline")
	set := strings.Replace(text, "\nsecrets=", "\nsecrets=\"id=netrc,src=a id=ca,src=b\"", 1)
	if set == text {
		t.Fatal("the pipeline has no line for secrets")
	}
	for name, data := range map[string]string{filepath.Join(dir, "pipeline"): set, filepath.Join(bin, "docker"): notedDocker} {
		if err := os.WriteFile(name, []byte(data), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	command := func(argv ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
		cmd.Dir = dir
		cmd.Env = append(guideEnv(t), "NOTES="+notes, "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
		return string(out)
	}
	command("git", "init", "-q")
	command("git", "commit", "-q", "--allow-empty", "-m", "no spec yet")
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := command("./pipeline", "changed", "HEAD"); got != "[\"api\"]\n" {
		t.Errorf("a commit without a spec differs in %q", got)
	}
	if got := command("git", "worktree", "list"); strings.Count(got, "\n") != 1 {
		t.Errorf("checkouts are left:\n%s", got)
	}
	command("./pipeline", "test")
	command("./pipeline", "build", "api")
	for line := range strings.Lines(read(t, notes)) {
		if strings.Contains(line, "--call=bake") {
			continue // says what would be built
		}
		for _, secret := range []string{"id=netrc,src=a", "id=ca,src=b"} {
			if !strings.Contains(line, "--secret "+secret) && !strings.Contains(line, "--set api.secrets+="+secret) {
				t.Errorf("this has no secret %s: docker %s", secret, line)
			}
		}
	}
}
