package modules

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/golden"
	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
	"golang.org/x/tools/txtar"
)

// TestCollect runs the go command on an outline. A case has the outline, what
// a proxy has below "proxy/path@version/", and in "want" the module cache that
// comes out, without checksums, and what is asked of the source. The last
// line of the comment is the command line of the step. What comes out has to do:
// the go command lists the same packages from it, with no proxy to ask.
func TestCollect(t *testing.T) {
	golden.Run(t, "testdata/*.txtar", func(t *testing.T, ar *txtar.Archive) {
		lines := strings.Split(strings.TrimSpace(string(ar.Comment)), "\n")
		var v step.Modules
		if _, err := step.Parse(strings.Split(lines[len(lines)-1], " | "), &v); err != nil {
			t.Fatal(err)
		}
		job := newJob(t, ar)
		code, err := Collect(job, v)
		if err != nil {
			t.Fatal(err)
		}
		if code != 0 {
			golden.Set(t, ar, "want", strings.ReplaceAll(fmt.Sprint(job.Step.Stderr), filepath.Dir(job.ModCache), "$DIR"))
			return
		}
		golden.Set(t, ar, "want", listing(t, job.Step.Out))
		offline(t, job, v)
	})
}

// TestFIPS: Go's own cryptography of an earlier version is in the module cache
// as well. Without modules to fetch, the go command unpacks it in the compile.
func TestFIPS(t *testing.T) {
	job := newJob(t, txtar.Parse([]byte(`
-- go.mod --
module example.com/app

go 1.26

require example.com/lib v1.0.0
-- gohull-imports/stub.go --
package stub

import _ "example.com/lib"
-- stubs.txt --
example.com/app/gohull-imports
-- proxy/example.com/lib@v1.0.0/go.mod --
module example.com/lib

go 1.26
-- proxy/example.com/lib@v1.0.0/lib.go --
package lib

import _ "crypto/sha256"
`)))
	job.Step.Env = append(job.Step.Env, "GOFIPS140=v1.0.0")
	v := step.Modules{Platforms: []string{"GOARCH=amd64 GOOS=linux"}}
	succeeds(t, job, v)
	offline(t, job, v)
}

// succeeds runs a job that must succeed.
func succeeds(t *testing.T, job Job, v step.Modules) {
	t.Helper()
	if code, err := Collect(job, v); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v\n%s", code, err, job.Step.Stderr)
	}
}

// newJob returns a case as a step, and a proxy.
func newJob(t *testing.T, ar *txtar.Archive) Job {
	t.Helper()
	dir := t.TempDir()
	var source txtar.Archive
	modules := map[string][]txtar.File{}
	for _, f := range ar.Files {
		rest, ok := strings.CutPrefix(f.Name, "proxy/")
		switch {
		case f.Name == "want":
		case ok:
			version, name, _ := cutVersion(rest)
			modules[version] = append(modules[version], txtar.File{Name: name, Data: f.Data})
		default:
			source.Files = append(source.Files, f)
		}
	}
	proxy := filepath.Join(dir, "proxy")
	for version, files := range modules {
		publish(t, proxy, version, files)
	}
	s := steptest.New(t, string(txtar.Format(&source)), "GOFLAGS=-mod=mod -modcacherw", "GOSUMDB=off",
		"GOPROXY=file://"+proxy, "GOCACHE="+filepath.Join(dir, "gocache"), "CGO_ENABLED=1")
	return Job{Step: s, ModCache: filepath.Join(dir, "cache")}
}

// cutVersion cuts "path@v1.0.0/name" after the version.
func cutVersion(name string) (version, rest string, ok bool) {
	at := strings.Index(name, "@")
	version, rest, ok = strings.Cut(name[at:], "/")
	return name[:at] + version, rest, ok
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// publish adds a module to a proxy that is a directory.
func publish(t *testing.T, proxy, pathVersion string, files []txtar.File) {
	t.Helper()
	name, version, _ := strings.Cut(pathVersion, "@")
	source := t.TempDir()
	for _, f := range files {
		write(t, filepath.Join(source, f.Name), f.Data)
	}
	goMod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := zip.CreateFromDir(&archive, module.Version{Path: name, Version: version}, source); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(proxy, name, "@v", version)
	write(t, base+".mod", goMod)
	write(t, base+".zip", archive.Bytes())
	write(t, base+".info", fmt.Appendf(nil, `{"Version":%q}`, version))
}

// listing returns what is in a directory, and the text of what is asked.
func listing(t *testing.T, out string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(out, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(out, name)
		empty := e.IsDir() && isEmpty(name)
		switch {
		case err != nil || e.IsDir() && !empty || filepath.Ext(name) == ".ziphash" || rel == step.ModulesID:
			return err
		case empty:
			rel += "/"
		}
		b.WriteString(rel + "\n")
		if strings.HasPrefix(rel, step.AskedDir) {
			data, err := os.ReadFile(name)
			for line := range strings.Lines(string(data)) {
				b.WriteString("\t" + line)
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// offline lists the packages again, from the tree alone.
func offline(t *testing.T, job Job, v step.Modules) {
	t.Helper()
	stubs, err := os.ReadFile(filepath.Join(job.Step.Source, step.StubsFile))
	if err != nil {
		t.Fatal(err)
	}
	list := func(env ...string) string {
		var all []string
		for _, settings := range v.Platforms {
			args := slices.Concat([]string{"list", "-e", "-deps", "-f", "{{.ImportPath}} {{.GoFiles}} {{.CgoFiles}} {{.SFiles}} {{.EmbedFiles}} {{with .Error}}{{.Err}}{{end}}"}, v.Flags, strings.Fields(string(stubs)))
			cmd := exec.Command("go", args...)
			cmd.Dir = job.Step.Source
			cmd.Env = slices.Concat(job.Step.Env, strings.Fields(settings), env)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			all = append(all, string(out))
		}
		return strings.Join(all, "")
	}
	want := list("GOMODCACHE=" + job.ModCache)
	got := list("GOMODCACHE="+filepath.Join(job.Step.Out, step.ModulesDir), "GOPROXY=off", "GOFLAGS=-mod=readonly", "GODEBUG=goindex=0")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("from the tree, other packages are listed: -want +got\n%s", diff)
	}
}

// What somebody changed in GOMODCACHE reaches no build: the module is
// downloaded again, and where that does not help, the step fails.
func TestAltered(t *testing.T) {
	const outline = `
-- go.mod --
module example.com/a

go 1.26

require example.com/m v1.0.0
-- stubs.txt --
example.com/a/gohull-imports
-- gohull-imports/stub.go --
package stub

import _ "example.com/m"
-- proxy/example.com/m@v1.0.0/go.mod --
module example.com/m
-- proxy/example.com/m@v1.0.0/m.go --
package m
-- proxy/example.com/m@v1.0.0/init.go --
package m
`
	v := step.Modules{Platforms: []string{"GOARCH=amd64 GOOS=linux"}, Go: "1.26.0"}
	job := newJob(t, txtar.Parse([]byte(outline)))
	succeeds(t, job, v)
	want := listing(t, job.Step.Out)
	unpacked := filepath.Join(job.ModCache, "example.com/m@v1.0.0")
	for _, alter := range []func() error{
		func() error {
			return os.WriteFile(filepath.Join(unpacked, "m.go"), []byte("package m // altered"), 0o644)
		},
		func() error { return os.WriteFile(filepath.Join(unpacked, "more.go"), []byte("package m"), 0o644) },
		func() error { return os.Remove(filepath.Join(unpacked, "init.go")) },
		func() error {
			name := filepath.Join(unpacked, "m.go")
			return errors.Join(os.Remove(name), os.Symlink("/dev/zero", name))
		},
	} {
		if err := alter(); err != nil {
			t.Fatal(err)
		}
		job.Step.Out = t.TempDir()
		succeeds(t, job, v)
		if got := listing(t, job.Step.Out); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
	data, err := os.ReadFile(filepath.Join(job.Step.Source, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	sum := strings.ReplaceAll(string(data), "example.com/m v1.0.0 h1:", "example.com/m v1.0.0 h1:A")
	if err := os.WriteFile(filepath.Join(job.Step.Source, "go.sum"), []byte(sum), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(job.ModCache, "cache/download/example.com/m/@v/v1.0.0.ziphash")); err != nil {
		t.Fatal(err)
	}
	if code, err := Collect(job, v); code == 0 || err != nil {
		t.Errorf("exit code %d and error %v with another checksum in go.sum, want a failure", code, err)
	}
}
