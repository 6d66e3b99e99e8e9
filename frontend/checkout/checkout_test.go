package checkout_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/frontend/checkout"
)

// repository is one that git made.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	r := repository{t, t.TempDir()}
	r.git("init", "-q", "-b", "main")
	r.commit()
	return r
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repository) commit() { r.t.Helper(); r.git("commit", "-q", "--allow-empty", "-m", "change") }

// read reads it as the frontend does, file by file.
func (r repository) read() checkout.Checkout {
	r.t.Helper()
	files := map[string][]byte{}
	for _, name := range checkout.Names() {
		r.add(name, files)
	}
	for _, name := range checkout.Objects(files) {
		r.add(name, files)
	}
	return checkout.Read(files)
}

// add adds a file, or the files below a directory, if it exists.
func (r repository) add(name string, files map[string][]byte) {
	r.t.Helper()
	err := filepath.WalkDir(filepath.Join(r.dir, name), func(file string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		rel, _ := filepath.Rel(r.dir, file)
		files[rel] = data
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestRead compares what Read says with what git says, with references in
// files and packed.
func TestRead(t *testing.T) {
	r := newRepository(t)
	r.git("tag", "v1.0.0")
	r.git("tag", "nightly")
	r.git("tag", "-a", "-m", "release", "v1.1.0-rc.1")
	r.git("tag", "-a", "-m", "release", "1.1.0")
	r.git("tag", "tools/v9.0.0")
	first := r.git("rev-parse", "HEAD")
	versions := []string{"v1.0.0", "v1.1.0-rc.1", "v1.1.0"}

	want := checkout.Checkout{Commit: first, Branch: "main", Version: "v1.1.0", Versions: versions}
	r.expect("tagged", want)
	r.git("pack-refs", "--all")
	r.git("gc", "-q")
	r.expect("tagged and packed", want)

	r.git("checkout", "-q", "-b", "feature/x")
	r.commit()
	r.expect("on a branch", checkout.Checkout{Commit: r.git("rev-parse", "HEAD"), Branch: "feature/x", Versions: versions})
	r.git("checkout", "-q", "v1.0.0")
	r.expect("on a tag", checkout.Checkout{Commit: first, Version: "v1.1.0", Versions: versions})
}

func (r repository) expect(state string, want checkout.Checkout) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.read()); diff != "" {
		r.t.Errorf("%s (-want +got)\n%s", state, diff)
	}
}

func TestReadNothing(t *testing.T) {
	for name, files := range map[string]map[string][]byte{
		"no files":                   {},
		"a branch without commits":   {".git/HEAD": []byte("ref: refs/heads/main\n")},
		"references that are none":   {".git/HEAD": []byte("main"), ".git/refs/tags/v1.0.0": []byte("../x"), ".git/packed-refs": []byte("^abc\nabc refs/tags/v1.0.0\n")},
		"an object without a commit": {".git/HEAD": []byte("ref: refs/heads/main\n"), ".git/refs/tags/x": []byte(strings.Repeat("a", 40))},
	} {
		got := checkout.Read(files)
		if got.Commit != "" || got.Version != "" || got.Versions != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// FuzzRead reads any files as a repository, which must not panic.
func FuzzRead(f *testing.F) {
	f.Add("ref: refs/heads/main\n", "# pack-refs\n"+strings.Repeat("a", 40)+" refs/tags/v1.0.0\n^"+strings.Repeat("b", 40)+"\n", strings.Repeat("c", 40), []byte("x"))
	f.Fuzz(func(t *testing.T, head, packed, tag string, object []byte) {
		files := map[string][]byte{".git/HEAD": []byte(head), ".git/packed-refs": []byte(packed), ".git/refs/tags/v1.0.0": []byte(tag)}
		for _, name := range checkout.Objects(files) {
			files[name] = object
		}
		checkout.Read(files)
	})
}
