package program

import (
	"bytes"
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
		if code, err := Install(s, v); code != 0 || err != nil {
			t.Fatalf("%s: exit code %d, %v\n%s", arch, code, err, s.Stderr)
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
	code, err := Install(s, step.Program{Path: "hi", Args: []string{"install", "example.com/hello@v1.1.0"}})
	if code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	if got, want := steptest.Errors(t, s), "example.com/hello@v1.1.0: reading"; !strings.Contains(got, want) {
		t.Errorf("reported %s, want %q", got, want)
	}
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
