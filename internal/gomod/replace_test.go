package gomod_test

import (
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

// TestReplacements compares what replaces each module of generated projects
// with what the go command lists.
func TestReplacements(t *testing.T) {
	proxy := filepath.Join(t.TempDir(), "proxy")
	for _, m := range published() {
		publish(t, proxy, m, tree{"go.mod": "module " + m.Path + "\n", "p.go": "package p\n"})
	}
	generate(t, func(t *testing.T, r *rand.Rand, seed int) bool {
		files := replacing(r)
		root := filepath.Join(t.TempDir(), "root")
		files.write(t, root)
		args := []string{"list", "-m", "-json"}
		if _, ok := files["go.work"]; !ok {
			args = append(args, "-mod=mod")
		}
		out, _, err := goCommand(root, "file://"+proxy, append(args, "all")...)
		if err != nil {
			return false // The lines contradict each other.
		}
		rs := files.replacements(t)
		for _, m := range listed(t, out) {
			want := m.replaced(root)
			got := ""
			if by, ok := rs.Of(m.version()); ok {
				got = strings.TrimSpace(by.New.Path + " " + by.New.Version)
				if by.IsDir() {
					got = by.Dir()
				}
			}
			if got != want {
				t.Errorf("seed %d: %v is replaced by %q, go: %q\n%s", seed, m.version(), got, want, files)
			}
		}
		return true
	})
}

func published() []module.Version {
	var all []module.Version
	for _, name := range []string{"example.com/a", "example.com/b", "example.com/fork", "gopkg.in/y.v2", "example.com/c/v2"} {
		for _, version := range []string{"v1.0.0", "v1.1.0"} {
			if strings.HasSuffix(name, "v2") {
				version = strings.Replace(version, "v1", "v2", 1)
			}
			all = append(all, module.Version{Path: name, Version: version})
		}
	}
	return all
}

// replacing makes a project of one module, or a workspace of two.
func replacing(r *rand.Rand) tree {
	files := tree{}
	for _, dir := range []string{"d0", "x/d1"} {
		files[dir+"/go.mod"] = "module example.com/" + filepath.Base(dir) + "\n"
	}
	if r.IntN(2) == 0 {
		files["go.mod"] = modText(r, "root", "./")
		return files
	}
	files["go.work"] = "go 1.26\n\nuse ./x/one\nuse .\n" + replaceLines(r, "./")
	files["go.mod"] = modText(r, "root", "./")
	files["x/one/go.mod"] = modText(r, "one", "../../")
	return files
}

func modText(r *rand.Rand, name, up string) string {
	text := "module example.com/" + name + "\n\ngo 1.21\n"
	for _, m := range published() {
		if r.IntN(3) == 0 && !strings.Contains(text, "require "+m.Path+" ") {
			text += "require " + m.Path + " " + m.Version + "\n"
		}
	}
	return text + replaceLines(r, up)
}

func replaceLines(r *rand.Rand, up string) string {
	var text string
	for range r.IntN(4) {
		old, by := pick(r, published()...), pick(r, published()...)
		left, right := old.Path, pick(r, up+"d0", up+"x/d1", up+"x/../d0/")
		if r.IntN(2) == 0 {
			left += " " + old.Version
		}
		if r.IntN(2) == 0 {
			right = by.Path + " " + by.Version
		}
		text += "replace " + left + " => " + right + "\n"
	}
	return text
}

type listedModule struct {
	Path, Version, Dir string
	Replace            *struct{ Path, Version, Dir string }
}

func (m listedModule) version() module.Version {
	return module.Version{Path: m.Path, Version: m.Version}
}

// replaced is what the module is replaced with, directories relative to root.
func (m listedModule) replaced(root string) string {
	switch {
	case m.Replace == nil:
		return ""
	case m.Replace.Version != "":
		return m.Replace.Path + " " + m.Replace.Version
	case filepath.IsAbs(m.Replace.Path):
		rel, _ := filepath.Rel(root, m.Replace.Path)
		return rel
	}
	return filepath.Clean(m.Replace.Path)
}

func listed(t *testing.T, out string) []listedModule {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(out))
	var all []listedModule
	for {
		var m listedModule
		err := d.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
}
