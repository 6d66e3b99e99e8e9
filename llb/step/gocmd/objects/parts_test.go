package objects

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
	"github.com/rogpeppe/go-internal/cache"
)

// TestParts packs a group of two parts, of which one has no package. Where the
// packs of its imports and of the group are unpacked, the package is not compiled
// again.
func TestParts(t *testing.T) {
	dir, gocache, all := compiled(t)
	temp, out := t.TempDir(), t.TempDir()
	file := strings.TrimSpace(run(t, dir, gocache, asCache(t, step.Record{File: filepath.Join(temp, actionsFile)}), "list", "-export", "-trimpath", "-f", "{{.Export}}", "./lib"))
	output := strings.TrimSuffix(filepath.Base(file), "-d")

	list := filepath.Join(temp, step.MembersFile)
	if err := os.WriteFile(list, []byte("parts/empty \nparts/lib example.com/m/lib\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	group, err := members(list)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	j := Job{Step: gocmd.Step{Temp: temp, Out: out, Stderr: &log}, Cache: gocache}
	c, err := cache.Open(gocache)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeParts(j, c, group, actions{}, map[string]string{"example.com/m/lib": output}); err != nil {
		t.Fatal(err)
	}
	if got, want := log.String(), "packed what 2 actions gave\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	// A pack of the same without the group has everything else.
	rest := pack(t, dir, gocache, filepath.Join(out, "parts/lib"))
	if read(t, rest, IndexFile); len(read(t, rest, IndexFile)) == 0 || len(read(t, rest, IndexFile)) >= len(read(t, all, IndexFile)) {
		t.Error("the group has nothing of the program")
	}
	second := t.TempDir()
	if err := Begin(second, step.Start{Packs: []string{rest, out}}, &log); err != nil {
		t.Fatal(err)
	}
	if got := run(t, dir, second, nil, "build", "-v", "-trimpath", "-o", os.DevNull, "."); got != "" {
		t.Errorf("after unpacking, this is compiled:\n%s", got)
	}
	if !strings.HasSuffix(log.String(), "from 3 packs\n") {
		t.Errorf("it says %q, want the number of packs", log.String())
	}
}

// TestPartsVetted packs two parts, vetted as tests need it. Where they are unpacked, a
// package that imports them is compiled and vetted, and nothing else.
func TestPartsVetted(t *testing.T) {
	_, gocache, _ := compiled(t)
	project, ran := t.TempDir(), filepath.Join(t.TempDir(), "ran")
	writeAll(t, project, map[string]string{
		"low/low_test.go":           "package low\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestRan(*testing.T) { os.WriteFile(`" + ran + "`, nil, 0o644) }\n",
		"go.mod":                    "module example.com/m\n",
		"low/low.go":                "package low\n\nimport \"strings\"\n\nfunc Low(s string) string { return strings.ToLower(s) }\n",
		"high/high.go":              "package high\n\nimport \"example.com/m/low\"\n\nfunc High(s string) string { return low.Low(s) }\n",
		"app/app.go":                "package main\n\nimport \"example.com/m/high\"\n\nfunc main() { println(high.High(`A`)) }\n",
		"list/" + step.StandardFile: "strings\n",
		"list/" + step.MembersFile:  "parts/low example.com/m/low\nparts/high example.com/m/high\n",
	})
	standard := standardOfTests(t, project, gocache)
	own := collect(t, project, gocache, step.Objects{
		List:  filepath.Join(project, "list", step.MembersFile),
		Parts: true,
		Vet:   []string{"test"},
		Args:  []string{"list", "-e", "-export"},
	})

	if _, err := os.Stat(ran); !os.IsNotExist(err) {
		t.Errorf("the tests of a part ran: %v", err)
	}

	second := t.TempDir()
	if err := Begin(second, step.Start{Packs: []string{standard, own}}, os.Stderr); err != nil {
		t.Fatal(err)
	}
	log := run(t, project, second, nil, "test", "-x", "./app")
	if n := strings.Count(log, "/vet.cfg\n"); n != 1 {
		t.Errorf("vet runs %d times, want once:\n%s", n, log)
	}
	for _, found := range regexp.MustCompile(`/compile .* -p (\S+)`).FindAllStringSubmatch(log, -1) {
		if found[1] != "main" {
			t.Errorf("%s is compiled again", found[1])
		}
	}
}

// TestPartsNotCompiled has a command that names the action of a package and does not compile
// it: `go vet` compiles only what others import. The package is compiled all the same.
func TestPartsNotCompiled(t *testing.T) {
	_, gocache, _ := compiled(t)
	project := t.TempDir()
	writeAll(t, project, map[string]string{
		"go.mod":    "module example.com/m\n",
		"low.go":    "package m\n\nfunc Low() {}\n",
		"group.txt": "parts/low example.com/m\n",
	})
	out := collect(t, project, gocache, step.Objects{
		List:  filepath.Join(project, "group.txt"),
		Parts: true,
		Vet:   []string{"vet"},
		Args:  []string{"list", "-e", "-export"},
	})
	entries, err := readIndex(filepath.Join(out, "parts/low"))
	if err != nil || !slices.ContainsFunc(entries, func(e entry) bool { return e.head.length > 0 }) {
		t.Errorf("%v, or the pack has no compiled package: %v", err, entries)
	}
}

// TestMembersHostile has a part outside of the step's output.
func TestMembersHostile(t *testing.T) {
	list := filepath.Join(t.TempDir(), step.MembersFile)
	if err := os.WriteFile(list, []byte("../x example.com/m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := members(list); err == nil || !strings.Contains(err.Error(), `"../x" is no directory of a part`) {
		t.Errorf("got %v", err)
	}
}
