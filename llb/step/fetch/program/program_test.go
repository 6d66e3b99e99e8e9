package program

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestInstall installs a program for this machine and for others, which the
// go command puts elsewhere.
func TestInstall(t *testing.T) {
	proxy := publish(t, module.Version{Path: "example.com/hello", Version: "v1.0.0"}, map[string]string{
		"go.mod":  "module example.com/hello\n",
		"main.go": "package main\n\nfunc main() {}\n",
	})
	for _, arch := range []string{"amd64", "arm64"} {
		s := newStep(t, "GOPROXY="+proxy, "GOARCH="+arch)
		v := step.Program{Path: "/usr/bin/hi", Args: []string{"install", "example.com/hello@v1.0.0"}}
		static := t.TempDir()
		if code, err := Install(s, static, v); code != 0 || err != nil {
			t.Fatalf("%s: exit code %d, %v\n%s", arch, code, err, s.Stderr)
		}
		if got := fetched(t, static); got.Version != "v1.0.0" || !strings.HasPrefix(got.Sum, "h1:") {
			t.Errorf("%s: the program is of %+v", arch, got)
		}
		info, err := os.Stat(filepath.Join(s.Out, "usr/bin/hi"))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o755 || info.ModTime().Unix() != 0 {
			t.Errorf("%s: the program has the mode %v and the time %d, want 0755 and 0", arch, info.Mode(), info.ModTime().Unix())
		}
	}
}

// TestInstallNothing asks for a version that does not exist.
func TestInstallNothing(t *testing.T) {
	proxy := publish(t, module.Version{Path: "example.com/hello", Version: "v1.0.0"}, map[string]string{"go.mod": "module example.com/hello\n"})
	s := newStep(t, "GOPROXY="+proxy)
	code, err := Install(s, t.TempDir(), step.Program{Path: "hi", Args: []string{"install", "example.com/hello@v1.1.0"}})
	if code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	if got, want := steptest.Errors(t, s), "example.com/hello@v1.1.0: reading"; !strings.Contains(got, want) {
		t.Errorf("reported %s, want %q", got, want)
	}
}

// TestInstallRefused has modules that go install does not build, in the go
// command's own words.
func TestInstallRefused(t *testing.T) {
	for mod, want := range map[string]string{
		"go 1.99\n": "example.com/hello@v1.0.0 needs go 1.99, and the toolchain is go 1.",
		"require example.com/a v1.0.0\nreplace example.com/a => ./a\n": "example.com/hello@v1.0.0: the go.mod of example.com/hello has replace lines, so it cannot be built by itself",
		"exclude example.com/a v1.0.0\n":                               "example.com/hello@v1.0.0: the go.mod of example.com/hello has exclude lines",
	} {
		proxy := publish(t, module.Version{Path: "example.com/hello", Version: "v1.0.0"}, map[string]string{
			"go.mod":  "module example.com/hello\n" + mod,
			"main.go": "package main\n\nfunc main() {}\n",
		})
		s := newStep(t, "GOPROXY="+proxy, "GOTOOLCHAIN=local")
		code, err := Install(s, t.TempDir(), step.Program{Path: "hi", Args: []string{"install", "example.com/hello@v1.0.0"}})
		if got := steptest.Errors(t, s); code != 1 || err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %d, %v, %s\nwant %s", mod, code, err, got, want)
		}
	}
}

// TestInstallLocked compares the module with what a lock says.
func TestInstallLocked(t *testing.T) {
	proxy := publish(t, module.Version{Path: "example.com/hello", Version: "v1.0.0"}, map[string]string{
		"go.mod":  "module example.com/hello\n",
		"main.go": "package main\n\nfunc main() {}\n",
	})
	static, v := t.TempDir(), step.Program{Path: "hi", Args: []string{"install", "example.com/hello@v1.0.0"}}
	if code, err := Install(newStep(t, "GOPROXY="+proxy), static, v); code != 0 || err != nil {
		t.Fatal(code, err)
	}
	for sum, want := range map[string]string{
		fetched(t, static).Sum: "",
		"h1:another":           "example.com/hello@v1.0.0: what was fetched has the checksum " + fetched(t, static).Sum + ", and the lock says h1:another; do not use it, and ask who runs the proxy",
	} {
		s := newStep(t, "GOPROXY="+proxy)
		v.Sum = sum
		code, err := Install(s, t.TempDir(), v)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if code != 0 || got != want {
			t.Errorf("with %s: %d, %s\nwant %s", sum, code, got, want)
		}
		if _, err := os.Stat(filepath.Join(s.Out, "hi")); (err != nil) != (want != "") {
			t.Errorf("with %s: the program is there: %v", sum, err == nil)
		}
	}
}

func fetched(t *testing.T, static string) (f step.Fetched) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(static, step.ModuleFile))
	if err == nil {
		err = json.Unmarshal(data, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func newStep(t *testing.T, env ...string) gocmd.Step {
	t.Helper()
	own := []string{"CGO_ENABLED=0", "GOFLAGS=-modcacherw", "GOSUMDB=off", "GOMODCACHE=" + t.TempDir()}
	return steptest.New(t, "", append(own, env...)...)
}

// publish makes a module proxy of one module, and gives its URL.
func publish(t *testing.T, m module.Version, files map[string]string) string {
	t.Helper()
	source, proxy := t.TempDir(), t.TempDir()
	versions := filepath.Join(proxy, m.Path, "@v")
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	for name, text := range files {
		put(t, filepath.Join(source, name), text)
	}
	if err := zip.CreateFromDir(&archive, m, source); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(versions, "list"), m.Version+"\n")
	put(t, filepath.Join(versions, m.Version+".zip"), archive.String())
	put(t, filepath.Join(versions, m.Version+".mod"), files["go.mod"])
	put(t, filepath.Join(versions, m.Version+".info"), `{"Version":"`+m.Version+`"}`)
	return "file://" + proxy
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
