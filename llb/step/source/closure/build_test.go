package closure

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// The proof: the go command makes the same program of the closure as of the
// whole project, and of a project whose other files are gone or broken.
func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	golden.Each(t, "testdata/build/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		t.Parallel()
		p := readExample(t, ar)
		if p.verb.Cgo && !hasCompiler() {
			t.Skip("no C compiler")
		}
		proof{p, t.TempDir()}.run(t)
	})
}

// proof builds in one directory only: programs with cgo hold its name.
type proof struct {
	example
	dir string
}

func (p proof) run(t *testing.T) {
	full := filepath.Join(p.dir, "full")
	fsys := p.write(t, full)
	result, err := Find(fsys, p.verb, Asked{})
	if err != nil {
		t.Fatal(err)
	}
	p.reset(t)
	want := p.build(t)

	if err := os.RemoveAll(p.src()); err != nil {
		t.Fatal(err)
	}
	if err := Write(p.dir, fsys, result); err != nil {
		t.Fatal(err)
	}
	p.compare(t, "the closure", want)

	for damage, do := range map[string]func(*testing.T, string){"deleted": remove, "broken": spoil} {
		p.reset(t)
		for _, name := range p.left(result) {
			do(t, filepath.Join(p.src(), name))
		}
		p.compare(t, "the project with other files "+damage, want)
	}
}

func (p proof) src() string { return filepath.Join(p.dir, step.ClosureDir) }

// reset makes the source the whole project again.
func (p proof) reset(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll(p.src()); err != nil {
		t.Fatal(err)
	}
	p.write(t, p.src())
}

// left returns the files and links that are not in the closure.
func (p example) left(r Result) []string {
	var names []string
	for _, f := range p.files {
		if !slices.Contains(r.Files, f.Name) {
			names = append(names, f.Name)
		}
	}
	for _, l := range p.links {
		if !slices.Contains(r.Links, l) {
			names = append(names, l.Name)
		}
	}
	return names
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

// spoil leaves the beginning of a file: that decides whether the file is
// part of the build.
func spoil(t *testing.T, name string) {
	t.Helper()
	info, err := os.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	if !info.Mode().IsRegular() {
		return
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, name, string(data)+"\n}{ nonsense \x00\n")
}

func (p proof) compare(t *testing.T, what string, want map[string]string) {
	t.Helper()
	got := p.build(t)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s gives another program %s", what, name)
		}
	}
}

// build returns the programs by package and platform.
func (p proof) build(t *testing.T) map[string]string {
	t.Helper()
	programs := map[string]string{}
	for _, platform := range p.verb.Platforms {
		for _, main := range p.verb.Mains {
			programs[main+" for "+platform] = p.program(t, platform, main)
		}
	}
	return programs
}

func (p proof) program(t *testing.T, platform, main string) string {
	t.Helper()
	out := filepath.Join(p.dir, "program")
	args := []string{"build", "-trimpath", "-buildvcs=false", "-tags=" + strings.Join(p.verb.Tags, ","), "-o", out}
	if p.verb.PGO != "" {
		args = append(args, "-pgo="+p.verb.PGO)
	}
	cmd := exec.Command("go", append(args, "./"+main)...)
	cmd.Dir = p.src()
	cmd.Env = append(os.Environ(), p.environment(platform)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func (p proof) environment(platform string) []string {
	goos, goarch, _ := strings.Cut(platform, "/")
	cgo := "CGO_ENABLED=0"
	if p.verb.Cgo {
		cgo = "CGO_ENABLED=1"
	}
	return []string{"GOENV=off", "GOFLAGS=", "GOPROXY=off", "GOTOOLCHAIN=local", "GOWORK=", "GOOS=" + goos, "GOARCH=" + goarch, cgo}
}

func hasCompiler() bool {
	_, err := exec.LookPath("gcc")
	return err == nil
}

// No file outside of the closure has a say in what is in it.
func TestOtherFiles(t *testing.T) {
	golden.Each(t, "testdata/*/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		p := readExample(t, ar)
		result, err := Find(p.write(t, t.TempDir()), p.verb, Asked{})
		if err != nil {
			t.Skip("its closure is an error")
		}
		for _, name := range p.left(result) {
			for damage, do := range map[string]func(*testing.T, string){"deleted": remove, "broken": spoil} {
				dir := t.TempDir()
				fsys := p.write(t, dir)
				do(t, filepath.Join(dir, name))
				got, err := Find(fsys, p.verb, Asked{})
				if err != nil {
					t.Fatal(err)
				}
				// Packages that only other modules may want are in the outline.
				for _, r := range []*Result{&got, &result} {
					r.Outline.Stubs = slices.DeleteFunc(r.Outline.Stubs, func(s Stub) bool { return !s.Main })
				}
				if diff := cmp.Diff(result, got); diff != "" {
					t.Errorf("with %s %s, the closure differs: -want +got\n%s", name, damage, diff)
				}
			}
		}
	})
}
