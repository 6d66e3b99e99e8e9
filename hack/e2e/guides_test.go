package e2e

import (
	"cmp"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gohull/gohull/hack/internal/buildx"
	"github.com/gohull/gohull/internal/guide"
)

// TestGuides does what the pages of the documentation say: it runs their
// commands and compares what they print. See package guide.
func TestGuides(t *testing.T) {
	pages, err := guide.Pages("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		blocks := guideBlocks(t, page)
		if slices.ContainsFunc(blocks, guide.Block.Runs) {
			t.Run(page, func(t *testing.T) {
				t.Parallel()
				runGuide(t, page, blocks)
			})
		}
	}
}

func guideBlocks(t *testing.T, page string) []guide.Block {
	t.Helper()
	blocks, mistakes := guide.Parse(page, []byte(read(t, filepath.Join("../..", page))))
	for _, err := range mistakes {
		t.Error(err)
	}
	return blocks
}

// has reports whether the lab has a program that a block needs.
func has(t *testing.T, program string) bool {
	if program == "docker" {
		return hasEngine(t)
	}
	_, err := exec.LookPath(program)
	return err == nil
}

func runGuide(t *testing.T, page string, blocks []guide.Block) {
	for i, b := range blocks {
		if b.Needs != "" && !has(t, b.Needs) {
			t.Logf("%s:%d: not run, because the lab has no %s", page, b.Line, b.Needs)
			blocks[i].NotRun = "needs " + b.Needs
		}
	}
	repo, out := guideRepo(t), t.TempDir()
	script := labNames(t).Replace(guide.Script(blocks, repo, filepath.Join(t.TempDir(), "run"), out))
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
	cmd.Env = guideEnv(t)
	text, err := cmd.CombinedOutput()
	printed := guideOutputs(t, out)
	if err != nil {
		line := slices.Max(append(slices.Collect(maps.Keys(printed)), 0))
		t.Fatalf("%s:%d: %v\n%s%s", page, line, err, printed[line], text)
	}
	compareGuide(t, page, blocks, printed)
}

// compareGuide compares what the blocks printed with what the page shows.
func compareGuide(t *testing.T, page string, blocks []guide.Block, printed map[int]string) {
	t.Helper()
	names := labNames(t)
	for _, b := range blocks {
		if !b.Runs() {
			continue
		}
		want := strings.Split(names.Replace(strings.Join(b.Output(), "\n")), "\n")
		for _, missing := range guide.Missing(want, buildx.Wording(printed[b.Line])) {
			t.Errorf("%s:%d: the output does not have, after the lines before it,\n%s\nIt is:\n%s", page, b.Line, missing, printed[b.Line])
		}
	}
}

// labNames replaces the registries of the pages with the lab's.
func labNames(t *testing.T) *strings.Replacer {
	registry := env(t, "REGISTRY")
	return strings.NewReplacer("<registry>", registry, "registry.example/", registry+"/")
}

// guideRepo copies the examples, with the lab's registry in them.
func guideRepo(t *testing.T) string {
	t.Helper()
	repo := t.TempDir()
	if err := os.CopyFS(filepath.Join(repo, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	names := labNames(t)
	err := filepath.WalkDir(repo, func(file string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !slices.Contains([]string{"Dockerfile", "pipeline", ".yaml", ".yml"}, cmp.Or(filepath.Ext(file), d.Name())) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(file, []byte(names.Replace(read(t, file))), info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// dockerCommand is `docker` as a reader has it: buildx is a plugin. Steps that
// need the network trust the machine's own CA.
const dockerCommand = `#!/bin/sh
verb=$1
case $verb in
buildx) shift; verb=$1 ;;
build) ;;
*) PATH=${PATH#*:} exec docker "$@" ;;
esac
[ $# -eq 0 ] || shift
case $verb in
build) set -- --progress=plain --secret="id=ca,src=$GOHULL_CA" "$@" ;;
bake) set -- --progress=plain --set="*.secrets=id=ca,src=$GOHULL_CA" "$@" ;;
esac
exec docker-buildx "$verb" "$@"
`

// guideEnv is the environment of a reader: a home directory that is empty, the
// commands that the pages use, and Go's caches.
func guideEnv(t *testing.T) []string {
	t.Helper()
	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "docker"), []byte(dockerCommand), 0o755); err != nil {
		t.Fatal(err)
	}
	all := append(os.Environ(), "HOME="+home, "PATH="+bin+":"+os.Getenv("PATH"))
	for _, name := range []string{"GOPATH", "GOCACHE"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name+"="+strings.TrimSpace(string(value)))
	}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		all = append(all, "GIT_"+who+"_NAME=reader", "GIT_"+who+"_EMAIL=reader@example.com", "GIT_"+who+"_DATE=2026-01-31T12:00:00Z")
	}
	return all
}

// guideOutputs reads what each block printed, by its line.
func guideOutputs(t *testing.T, dir string) map[int]string {
	t.Helper()
	all := map[int]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		line, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		all[line] = read(t, name)
	}
	return all
}
