package objects

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// TestStandardOfTests packs the standard library for the tests of a project, as several go
// commands ask for it, and as what other modules import. Where a pack is unpacked,
// nothing but the project is compiled, with coverage, too.
func TestStandardOfTests(t *testing.T) {
	_, gocache, _ := compiled(t)
	project := t.TempDir()
	writeAll(t, project, map[string]string{
		"go.mod":                    "module example.com/m\n",
		"m.go":                      "package m\n\nfunc F() {}\n",
		"m_test.go":                 "package m\n\nimport (\n\t\"strings\"\n\t\"testing\"\n)\n\nfunc TestF(t *testing.T) { F(); t.Log(strings.ToUpper(`f`)) }\n",
		"list/" + step.StandardFile: "strings\ntesting\n",
		"list/" + step.StubsFile:    "strings\ntesting\n",
	})
	for _, list := range []string{step.StandardFile, step.StubsFile} {
		t.Run(list, func(t *testing.T) {
			onlyProjectCompiled(t, project, packForTests(t, project, gocache, list))
		})
	}
}

// onlyProjectCompiled runs the tests of the project, starting from a pack.
func onlyProjectCompiled(t *testing.T, project, pack string) {
	t.Helper()
	second := t.TempDir()
	if err := Begin(second, step.Start{Packs: []string{pack}}, os.Stderr); err != nil {
		t.Fatal(err)
	}
	log := run(t, project, second, nil, "test", "-x", "-coverprofile="+filepath.Join(t.TempDir(), "profile"), ".")
	var compiled []string
	for _, found := range regexp.MustCompile(`/compile .* -p (\S+)`).FindAllStringSubmatch(log, -1) {
		compiled = append(compiled, found[1])
	}
	if got := strings.Join(compiled, " "); got != "example.com/m main" && got != "main example.com/m" {
		t.Errorf("this is compiled: %s", got)
	}
}

// writeAll writes the files of a project.
func writeAll(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		writeOld(t, file, text)
	}
}

// standardOfTests returns a pack of the standard library, for the tests of a project that
// lists it.
func standardOfTests(t *testing.T, project, gocache string) string {
	t.Helper()
	return packForTests(t, project, gocache, step.StandardFile)
}

// packForTests returns a pack for the tests of a project, of what it has in a list.
func packForTests(t *testing.T, project, gocache, list string) string {
	t.Helper()
	return collect(t, t.TempDir(), gocache, step.Objects{
		List: filepath.Join(project, "list", list),
		Vet:  []string{"test"},
		Args: []string{"list", "-e", "-deps", "-export"},
	})
}

// collect runs the verb in a directory, and returns the pack.
func collect(t *testing.T, dir, gocache string, v step.Objects) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	j := Job{
		Step: gocmd.Step{
			Self: self, Dir: dir, Temp: t.TempDir(), Out: t.TempDir(), Stdout: os.Stderr, Stderr: os.Stderr,
			Env: append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off", "CGO_ENABLED=0", "GOCACHE="+gocache),
		},
		Cache: gocache,
	}
	if code, err := Collect(j, v); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	return j.Step.Out
}
