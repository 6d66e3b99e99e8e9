package objects

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gohull/gohull/llb/step"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"
)

// TestMain lets the test stand before the go command's cache, as gohull-step does.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "record" {
		var v step.Record
		if _, err := step.Parse(os.Args[1:], &v); err != nil {
			panic(err)
		}
		if err := Record(os.Getenv("GOCACHE"), v, os.Stderr); err != nil {
			panic(err)
		}
		return
	}
	code := m.Run()
	if err := os.RemoveAll(shared.dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// shared is a directory of all tests, since compiling the runtime takes its time:
// a project, a GOCACHE, and the index of the pack that was made when it was
// empty.
var shared struct{ dir, first string }

// compiled returns a GOCACHE that has compiled a project, and its pack.
func compiled(t *testing.T) (dir, gocache, made string) {
	t.Helper()
	if shared.dir == "" {
		var err error
		if shared.dir, err = os.MkdirTemp("", "objects"); err != nil {
			t.Fatal(err)
		}
	}
	dir, gocache = filepath.Join(shared.dir, "project"), filepath.Join(shared.dir, "gocache")
	if shared.first == "" {
		project(t, dir)
		if err := os.Mkdir(gocache, 0o755); err != nil {
			t.Fatal(err)
		}
		shared.first = string(read(t, pack(t, dir, gocache), IndexFile))
	}
	return dir, gocache, pack(t, dir, gocache)
}

// project returns a program of two packages.
func project(t *testing.T, dir string) {
	t.Helper()
	for name, text := range map[string]string{
		"go.mod":     "module example.com/m\n\ngo 1.24\n",
		"main.go":    "package main\n\nimport \"example.com/m/lib\"\n\nfunc main() { lib.Do() }\n",
		"lib/lib.go": "package lib\n\nfunc Do() { println(`done`) }\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		writeOld(t, file, text)
	}
}

// writeOld writes a file that seems to be old. The go command keeps no index
// of what was written just now.
func writeOld(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Unix(int64(len(text)), 0)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
}

// run runs the go command in a project, and returns what it prints.
func run(t *testing.T, dir, gocache string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOCACHE="+gocache, "GOFLAGS=", "GOWORK=off", "GOPROXY=off", "CGO_ENABLED=0"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// asCache returns the environment of a go command that has the verb for its cache.
func asCache(t *testing.T, v step.Record) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := step.Command(&v)
	command[0] = self
	return []string{"GOCACHEPROG=" + strings.Join(command, " ")}
}

// pack compiles the project with a GOCACHE and packs what it took.
func pack(t *testing.T, dir, gocache string, without ...string) string {
	t.Helper()
	actions := filepath.Join(t.TempDir(), "actions")
	run(t, dir, gocache, asCache(t, step.Record{File: actions}), "list", "-e", "-deps", "-export", "-trimpath", ".")
	out := t.TempDir()
	n, err := Pack{Cache: gocache, Actions: actions, Without: without}.Write(out)
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 && without == nil {
		t.Fatal("the pack is empty")
	}
	return out
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A pack made again is the same, and on a machine that has compiled before it
// has no more than on an empty one. Where it is unpacked, the go command
// compiles nothing.
func TestPack(t *testing.T) {
	dir, first, one := compiled(t)
	again := pack(t, dir, first)
	for _, name := range []string{IndexFile, DataFile} {
		if !bytes.Equal(read(t, one, name), read(t, again, name)) {
			t.Errorf("%s differs when it is made again", name)
		}
	}
	for line := range strings.Lines(string(read(t, one, IndexFile))) {
		fields := strings.Fields(line)
		if entry := strings.Join(fields[:3], " "); !strings.Contains(shared.first, entry) {
			t.Errorf("the pack of an empty machine lacks %s", entry)
		}
	}

	second := t.TempDir()
	if n, err := Unpack(second, one); n == 0 || err != nil {
		t.Fatalf("unpacked %d files, %v", n, err)
	}
	if got := run(t, dir, second, nil, "build", "-v", "-trimpath", "-o", os.DevNull, "."); got != "" {
		t.Errorf("after unpacking, this is compiled:\n%s", got)
	}
	for _, gocache := range []string{first, second} {
		if n, err := Unpack(gocache, one); n != 0 || err != nil {
			t.Errorf("unpacked %d files again, %v", n, err)
		}
	}
}

// Steps of several platforms unpack their packs to one GOCACHE at the same
// time, each as process 1 of its container: the same pack, or another that has
// the same objects.
func TestUnpackTogether(t *testing.T) {
	_, _, one := compiled(t)
	two := t.TempDir()
	if err := os.CopyFS(two, os.DirFS(one)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(two, IndexFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	alone, together := t.TempDir(), t.TempDir()
	if _, err := Unpack(alone, one); err != nil {
		t.Fatal(err)
	}
	var steps errgroup.Group
	for i := range 8 {
		steps.Go(func() error {
			_, err := Unpack(together, []string{one, two}[i%2])
			return err
		})
	}
	if err := steps.Wait(); err != nil {
		t.Fatal(err)
	}
	if got, want := objects(t, together), objects(t, alone); !slices.Equal(got, want) {
		t.Errorf("there are %d files, want the %d of the pack", len(got), len(want))
	}
}

// objects names the files of a GOCACHE, sorted.
func objects(t *testing.T, gocache string) []string {
	t.Helper()
	files, err := fs.Glob(os.DirFS(gocache), "??/*")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A pack that is old may have lost objects to the go command, which removes
// what it does not use.
func TestUnpackAgain(t *testing.T) {
	_, _, p := compiled(t)
	gocache := t.TempDir()
	if _, err := Unpack(gocache, p); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-lifetime)
	if err := os.Chtimes(filepath.Join(gocache, name(read(t, p, IndexFile))), old, old); err != nil {
		t.Fatal(err)
	}
	if n, err := Unpack(gocache, p); n == 0 || err != nil {
		t.Errorf("unpacked %d files, %v, want all of them", n, err)
	}
}

// A pack without the objects of another has only what is missing there.
func TestWithout(t *testing.T) {
	dir, gocache, all := compiled(t)
	if none := read(t, pack(t, dir, gocache, all), IndexFile); len(none) > 0 {
		t.Errorf("what another pack has is packed again:\n%s", none)
	}
	t.Cleanup(func() { project(t, dir) })
	writeOld(t, filepath.Join(dir, "lib/lib.go"), "package lib\n\nfunc Do() { println(`edited`) }\n")
	edited := read(t, pack(t, dir, gocache, all), IndexFile)
	if n := bytes.Count(edited, []byte("\n")); n == 0 || n > 20 {
		t.Errorf("the objects of two packages are %d entries", n)
	}
}

// A pack comes from wherever a user says, and must not leave GOCACHE.
func TestHostilePack(t *testing.T) {
	object := strings.Repeat("ab", 32)
	for _, h := range []tar.Header{
		{Name: "../escaped", Typeflag: tar.TypeReg},
		{Name: "ab/../../escaped-d", Typeflag: tar.TypeReg},
		{Name: "cd/" + object + "-d", Typeflag: tar.TypeReg},
		{Name: "ab/" + object + "-d", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: "ab/" + object + "-d/", Typeflag: tar.TypeDir},
		{Name: "trim.txt", Typeflag: tar.TypeReg},
	} {
		dir := t.TempDir()
		hostile(t, dir, h)
		gocache := filepath.Join(dir, "cache", "go")
		if err := os.MkdirAll(gocache, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := Unpack(gocache, dir); err == nil || !strings.Contains(err.Error(), "is no object") {
			t.Errorf("%s: %v, want it refused", h.Name, err)
		}
	}
}

func hostile(t *testing.T, dir string, h tar.Header) {
	t.Helper()
	var data bytes.Buffer
	z, err := zstd.NewWriter(&data)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{IndexFile: []byte("x y\n"), DataFile: data.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A seed is at the root of its build context or in a directory for the platform,
// as exporters make them for several.
func TestBegin(t *testing.T) {
	_, _, p := compiled(t)
	context := t.TempDir()
	dirs := []string{context, filepath.Join(context, "linux_amd64")}
	want := "the build context gocache has no objects.txt, and none for this platform in a directory of its own; make one with --target gocache"
	if err := Begin(t.TempDir(), step.Start{Seeds: dirs}, io.Discard); err == nil || err.Error() != want {
		t.Errorf("an empty build context: %v", err)
	}
	if err := os.Rename(p, dirs[1]); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	if err := Begin(t.TempDir(), step.Start{Seeds: dirs}, &log); err != nil || !strings.HasPrefix(log.String(), "unpacked ") {
		t.Errorf("%v, it said %q", err, log.String())
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("not compressed"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		for name, text := range map[string][]byte{IndexFile: []byte("of an earlier release\n"), DataFile: data} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		gocache := filepath.Join(dir, "go")
		if err := os.Mkdir(gocache, 0o755); err != nil {
			t.Fatal(err)
		}
		_, _ = Unpack(gocache, dir) // Whatever it makes of it, it returns.
	})
}

// FuzzIndex writes any content to the files of a pack and of a recording: both are
// read where a build context or another step has them from.
func FuzzIndex(f *testing.F) {
	id := strings.Repeat("ab", 32)
	f.Add(id+" "+id+"\n", id+"\n")
	f.Add("x y z", "\x00")
	f.Fuzz(func(t *testing.T, index, actions string) {
		dir := t.TempDir()
		file := filepath.Join(dir, "actions")
		for name, text := range map[string]string{filepath.Join(dir, IndexFile): index, file: actions} {
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		ids, err := recorded(file)
		if err != nil {
			return
		}
		left, err := without(slices.Clone(ids), []string{dir})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range left {
			if !slices.Contains(ids, id) || strings.HasPrefix(index, fmt.Sprintf("%x ", id)) {
				t.Errorf("%x is left", id)
			}
		}
	})
}
