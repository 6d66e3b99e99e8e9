package manifest

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// modules are the paths of other modules that the image has packages of.
type modules map[string]bool

// add adds the module of a file below GOMODCACHE.
func (m modules) add(name string) {
	escaped, _, _ := strings.Cut(name, "@")
	if modulePath, err := module.UnescapePath(escaped); err == nil {
		m[modulePath] = true
	}
}

// addVendored adds the directories of vendored packages, and those above them: one of
// them is the path of the module.
func (m modules) addVendored(source fs.FS) error {
	return walk(source, func(name string, _ fs.DirEntry) error {
		if !isIn(name, "vendor") {
			return nil
		}
		_, importPath, _ := strings.Cut("/"+name, "/vendor/")
		for dir := path.Dir(importPath); dir != "."; dir = path.Dir(dir) {
			m[dir] = true
		}
		return nil
	})
}

// partOf returns the function that gives the part of a file that counts; nil for a
// file that counts as a whole.
func partOf(name string) func(modules, []byte) string {
	switch base := path.Base(name); {
	case base == "go.mod":
		return modules.ofMod
	case base == "go.sum", base == "go.work.sum":
		return modules.ofSum
	case base == "modules.txt" && isIn(name, "vendor"):
		return modules.ofVendor
	}
	return nil
}

// ofMod returns what can change a program. A program lists the versions of the
// modules that it has packages of. A directory that stands for a module is kept
// with it: its packages are files of the context.
func (m modules) ofMod(data []byte) string {
	f, err := gomod.ParseAny("go.mod", data)
	if err != nil {
		return string(data)
	}
	f.Cleanup()
	used := func(path string) bool { return m[path] }
	replaced := map[string]bool{}
	for _, r := range f.Replace {
		replaced[r.Old.Path] = modfile.IsDirectoryPath(r.New.Path) || used(r.New.Path)
	}
	var lines []string
	add := func(words ...string) { lines = append(lines, strings.Join(words, " ")) }
	if f.Module != nil {
		add("module", f.Module.Mod.Path)
	}
	if f.Go != nil {
		add("go", f.Go.Version)
	}
	for _, g := range f.Godebug {
		add("godebug", g.Key, g.Value)
	}
	for _, r := range f.Require {
		if used(r.Mod.Path) || replaced[r.Mod.Path] {
			add("require", r.Mod.Path, r.Mod.Version)
		}
	}
	for _, r := range f.Replace {
		if used(r.Old.Path) || replaced[r.Old.Path] {
			add("replace", r.Old.Path, r.Old.Version, r.New.Path, r.New.Version)
		}
	}
	return sortedLines(lines)
}

// ofSum returns the checksums of the modules whose packages are used. A program has
// them. Those of go.mod files decide nothing that go.mod does not say.
func (m modules) ofSum(data []byte) string {
	var lines []string
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) == 3 && m[words[0]] && !strings.HasSuffix(words[1], "/go.mod") {
			lines = append(lines, strings.Join(words, " "))
		}
	}
	return sortedLines(lines)
}

// ofVendor returns the blocks of modules whose packages are used.
func (m modules) ofVendor(data []byte) string {
	var b strings.Builder
	keep := false
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "#" {
			keep = m[words[1]]
		}
		if keep && strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func sortedLines(lines []string) string {
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
