package checkout_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/frontend/checkout"
)

// describe describes the repository as the frontend does.
func (r repository) describe() (string, string) {
	r.t.Helper()
	h := checkout.History{Files: map[string][]byte{}, Read: r.readAt}
	for _, name := range checkout.Names() {
		r.add(name, h.Files)
	}
	names, err := filepath.Glob(filepath.Join(r.dir, checkout.PackDir, "*"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range names {
		rel, _ := filepath.Rel(r.dir, name)
		h.Names = append(h.Names, rel)
	}
	text, unknown, err := checkout.Describe(h)
	if err != nil {
		r.t.Fatal(err)
	}
	return text, unknown
}

func (r repository) readAt(name string, offset int64, n int) ([]byte, error) {
	f, err := os.Open(filepath.Join(r.dir, name))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, n)
	got, err := f.ReadAt(data, offset)
	if err == io.EOF {
		err = nil
	}
	return data[:got], err
}

// describes compares with git.
func (r repository) describes(state string) {
	r.t.Helper()
	want := r.git("describe", "--tags", "--always", "--abbrev=7")
	if got, unknown := r.describe(); got != want {
		r.t.Errorf("%s: got %q, %s, want %q", state, got, unknown, want)
	}
}

// at has the next commit and tag made at a time.
func (r repository) at(seconds int) repository {
	date := fmt.Sprintf("%d +0000", 1_700_000_000+seconds)
	r.t.Setenv("GIT_COMMITTER_DATE", date)
	r.t.Setenv("GIT_AUTHOR_DATE", date)
	return r
}

func TestDescribe(t *testing.T) {
	r := newRepository(t)
	r.describes("no tag")
	r.git("tag", "v1.0.0")
	r.describes("a tag")
	r.git("tag", "-a", "-m", "release", "v0.9.0")
	r.describes("an annotated tag and another one")
	r.git("tag", "-a", "-m", "a tag of a tag", "v1.0.1", "v0.9.0")
	r.describes("a tag of a tag")
	r.at(10).commit()
	r.describes("after it")
	r.git("tag", "release/2.0")
	r.at(20).commit()
	r.at(30).commit()
	r.describes("after a lightweight tag")
	r.git("pack-refs", "--all")
	r.git("repack", "-q", "-a", "-d", "-f", "--depth=10")
	r.git("prune-packed", "-q")
	r.describes("packed")
	r.at(40).commit()
	r.describes("packed, and a commit")

	r.git("clone", "-q", "--depth=2", "--branch=main", "file://"+r.dir, r.dir+"/shallow")
	shallow := repository{t, r.dir + "/shallow"}
	if text, unknown := shallow.describe(); text != "" || !strings.Contains(unknown, "shallow clone") {
		t.Errorf("a shallow clone: %q, %q", text, unknown)
	}
	shallow.git("tag", "v3.0.0")
	shallow.describes("a shallow clone, at a tag")
	shallow.commit()
	shallow.describes("a shallow clone, after a tag")
	if err := os.RemoveAll(filepath.Join(shallow.dir, checkout.PackDir)); err != nil {
		t.Fatal(err)
	}
	if text, unknown := shallow.describe(); text != "" || !strings.Contains(unknown, "does not have the commit") {
		t.Errorf("without its packs: %q, %q", text, unknown)
	}
}

// TestDescribeHistories compares histories with branches, merges and many tags.
func TestDescribeHistories(t *testing.T) {
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 1))
		r := repository{t, t.TempDir()}
		format := "sha1"
		if seed == 2 {
			format = "sha256"
		}
		r.git("init", "-q", "-b", "main", "--object-format="+format)
		tree := r.git("write-tree")
		commits := []string{r.git("commit-tree", "-m", "first", tree)}
		for i := range 60 {
			parents := []string{"-p", commits[max(0, len(commits)-1-random.IntN(4))]}
			if other := commits[random.IntN(len(commits))]; random.IntN(3) == 0 && other != parents[1] {
				parents = append(parents, "-p", other)
			}
			long := strings.Repeat("a long message, so that there are deltas\n", 20)
			commits = append(commits, r.at(i/2).git(append([]string{"commit-tree", "-m", fmt.Sprint(i, "\n\n", long), tree}, parents...)...))
			switch random.IntN(6) {
			case 0:
				r.git("tag", fmt.Sprintf("light/%d", random.IntN(1_000_000)), commits[random.IntN(len(commits))])
			case 1:
				r.git("tag", "-a", "-m", long, fmt.Sprintf("v1.%d.0", random.IntN(1_000_000)), commits[random.IntN(len(commits))])
			}
		}
		for i, id := range commits {
			r.git("branch", fmt.Sprint("b", i), id)
		}
		for _, state := range []string{"loose", "packed"} {
			for i := 0; i < len(commits); i += 7 {
				r.git("symbolic-ref", "HEAD", fmt.Sprint("refs/heads/b", i))
				r.describes(fmt.Sprintf("history %d, commit %d, %s", seed, i, state))
			}
			r.git("gc", "-q", "--aggressive", "--prune=now")
		}
	}
}

// FuzzDescribe: nothing in the files of a repository makes Describe panic, or not end.
func FuzzDescribe(f *testing.F) {
	const id = "0123456789012345678901234567890123456789"
	index := make([]byte, 8+1024+20+8)
	copy(index, "\xfftOc\x00\x00\x00\x02")
	f.Add(index, []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01\x95\x05"))
	f.Fuzz(func(t *testing.T, index, pack []byte) {
		files := map[string][]byte{".git/objects/pack/p.idx": index, ".git/objects/pack/p.pack": pack}
		h := checkout.History{
			Files: map[string][]byte{".git/HEAD": []byte(id)},
			Names: []string{".git/objects/pack/p.idx"},
			Read: func(name string, offset int64, n int) ([]byte, error) {
				data := files[name]
				if offset < 0 || offset > int64(len(data)) {
					return nil, nil
				}
				return data[offset:min(int64(len(data)), offset+int64(n))], nil
			},
		}
		if text, unknown, err := checkout.Describe(h); (text == "") == (unknown == "") || err != nil {
			t.Errorf("text %q, unknown %q, %v", text, unknown, err)
		}
	})
}
