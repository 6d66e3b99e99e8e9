package frontend

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gohull/gohull/frontend/question"
)

// TestDescribe answers with what git describe says, of a repository with a pack.
// Objects are read only if the spec names the stamp.
func TestDescribe(t *testing.T) {
	dir := t.TempDir()
	git := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q", "-b", "main")
	git("commit", "-q", "--allow-empty", "-m", "one")
	git("tag", "api/v1.2.3")
	git("commit", "-q", "--allow-empty", "-m", "two")
	git("gc", "-q")
	git("commit", "-q", "--allow-empty", "-m", "three")
	want := git("describe", "--tags", "--abbrev=7")

	files := mapFS(described)
	maps.Copy(files, filesBelow(t, dir, ".git"))
	tags := func(tag, dirty string) (string, int) {
		files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\nimage: {name: registry.example/a, tags: [\"" + tag + "\"]}\n")}
		g := &fakeGateway{files: files, opts: map[string]string{question.Key: tagsID(), "build-arg:DIRTY": dirty}}
		res, err := unreleased.Build(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		return string(res.Metadata["result.txt"]), g.reads
	}
	flat := strings.ReplaceAll(want, "/", "-")
	got, reads := tags("{{.Describe}}", "false")
	if got != "registry.example/a:"+flat+"\n" {
		t.Errorf("got %q, want the tag %s", got, flat)
	}
	if _, without := tags("{{.Branch}}", "false"); without >= reads {
		t.Errorf("without the stamp, %d files are read, and with it %d", without, reads)
	}
	if got, _ := tags("{{.Describe}}", "true"); got != "registry.example/a:"+flat+"-dirty\n" {
		t.Errorf("of a changed checkout, got %q", got)
	}
	delete(files, path.Join(".git/objects", git("rev-parse", "HEAD")[:2], git("rev-parse", "HEAD")[2:]))
	if got, _ := tags("{{.Describe}}", "false"); got != "registry.example/a:\n" && got != "" {
		t.Errorf("without the commit, got %q", got)
	}
}

// tagsID is what buildx sends for --call=tags.
func tagsID() string {
	all := question.All()
	return all[slices.IndexFunc(all, func(q question.Question) bool { return q.Name == "tags" })].ID()
}

// filesBelow reads the files of a directory.
func filesBelow(t *testing.T, root, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := filepath.WalkDir(filepath.Join(root, dir), func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[rel] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
