package gomod_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

var cases = flag.Int("cases", 15, "generated projects to compare with the go command, for each test")

// enough is how long one test compares. What it generates is always the same;
// a slow machine sees less of it.
const enough = 8 * time.Second

// generate runs a test on generated projects, and wants some of them to be
// compared.
func generate(t *testing.T, compare func(t *testing.T, r *rand.Rand, seed int) bool) {
	if testing.Short() {
		t.Skip("runs the go command many times")
	}
	begin := time.Now()
	var compared int
	for seed := range *cases {
		if time.Since(begin) > enough {
			break
		}
		if compare(t, rand.New(rand.NewPCG(1, uint64(seed))), seed) {
			compared++
		}
		if t.Failed() {
			break
		}
	}
	t.Logf("%d of %d projects compared", compared, *cases)
	if compared == 0 {
		t.Error("no generated project was compared")
	}
}

// tree is a project by file name.
type tree map[string]string

func (files tree) write(t *testing.T, dir string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// String is the project as the message of a failed test shows it.
func (files tree) String() string {
	var b strings.Builder
	for name, text := range files {
		fmt.Fprintf(&b, "-- %s --\n%s", name, text)
	}
	return b.String()
}

// replacements reads the replace lines of the project.
func (files tree) replacements(t *testing.T) gomod.Replacements {
	t.Helper()
	var work *modfile.WorkFile
	if text, ok := files[gomod.WorkFile]; ok {
		f, _, err := gomod.ParseWork(gomod.WorkFile, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		work = f
	}
	var mods []*modfile.File
	for _, name := range []string{"go.mod", "x/one/go.mod"} {
		if _, ok := files[name]; ok {
			mods = append(mods, files.mod(t, name))
		}
	}
	return gomod.NewReplacements(work, mods)
}

func (files tree) mod(t *testing.T, name string) *modfile.File {
	t.Helper()
	f, _, err := gomod.Parse(name, []byte(files[name]))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// goCommand runs the go command in a directory, with the modules of a proxy
// and nothing else.
func goCommand(dir, proxy string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "GOENV=off", "GOFLAGS=-modcacherw", "GOPROXY="+proxy, "GONOPROXY=", "GOPRIVATE=",
		"GOSUMDB=off", "GOTOOLCHAIN=local", "GOWORK=", "GOMODCACHE="+filepath.Join(dir, "../modcache"))
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// publish adds a module to a proxy that is a directory.
func publish(t *testing.T, proxy string, m module.Version, files tree) {
	t.Helper()
	source := t.TempDir()
	files.write(t, source)
	var archive bytes.Buffer
	if err := zip.CreateFromDir(&archive, m, source); err != nil {
		t.Fatal(err)
	}
	base := m.Path + "/@v/" + m.Version
	tree{
		base + ".mod":  files[gomod.ModFile],
		base + ".zip":  archive.String(),
		base + ".info": fmt.Sprintf(`{"Version":%q}`, m.Version),
	}.write(t, proxy)
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }
