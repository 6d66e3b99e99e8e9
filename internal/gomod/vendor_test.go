package gomod_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gohull/gohull/internal/gomod"
	"golang.org/x/mod/module"
)

// TestDifferences compares vendor directories that fit their project, or
// nearly do, and asks the go command whether it builds with them.
func TestDifferences(t *testing.T) {
	var refused int
	generate(t, func(t *testing.T, r *rand.Rand, seed int) bool {
		files := vendored(r)
		root := filepath.Join(t.TempDir(), "root")
		files.write(t, root)
		_, stderr, err := goCommand(root, "off", "list", "-mod=vendor", "-e", "example.com/root")
		isRefused := strings.Contains(stderr, "inconsistent vendoring")
		if err != nil && !isRefused {
			return false // Something else is wrong, such as a contradiction.
		}
		all := gomod.ParseVendor([]byte(files["vendor/modules.txt"])).Differences(files.vendoring(t))
		if len(all) > 0 != isRefused {
			t.Errorf("seed %d: %d differences: %+v\ngo says: %s\n%s", seed, len(all), all, stderr, files)
		}
		if isRefused {
			refused++
		}
		return true
	})
	if refused == 0 {
		t.Error("the go command refused none of the projects")
	}
}

func (files tree) vendoring(t *testing.T) gomod.Vendoring {
	v := gomod.Vendoring{Replaced: files.replacements(t)}
	for _, name := range []string{"go.mod", "x/one/go.mod"} {
		if _, ok := files[name]; !ok {
			continue
		}
		f := files.mod(t, name)
		if name == "go.mod" && f.Go != nil {
			v.Go = f.Go.Version
		}
		for _, require := range f.Require {
			v.Require = append(v.Require, require.Mod)
		}
	}
	return v
}

// vendored makes a project with a vendor/modules.txt.
func vendored(r *rand.Rand) tree {
	files := replacing(r)
	if r.IntN(4) == 0 {
		files["go.mod"] = strings.Replace(files["go.mod"], "go 1.21\n", pick(r, "", "go 1.13\n"), 1)
	}
	files["root.go"] = "package root\n"
	files["vendor/modules.txt"] = damaged(r, modulesText(r, files))
	return files
}

// modulesText is what `go mod vendor` would write of the lines of the
// project, each module with a package or without.
func modulesText(r *rand.Rand, files tree) string {
	var entries []string
	seen := map[string]bool{}
	for _, name := range []string{"go.mod", "x/one/go.mod"} {
		for line := range strings.Lines(files[name]) {
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "require" {
				continue
			}
			entry := "# " + strings.Join(words[1:], " ") + byText(files, words[1], words[2]) + "\n## explicit\n"
			if r.IntN(2) == 0 {
				entry += words[1] + "\n"
			}
			entries = append(entries, entry)
			seen[words[1]+words[2]] = true
		}
	}
	for _, name := range []string{"go.mod", "x/one/go.mod", "go.work"} {
		for line := range strings.Lines(files[name]) {
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "replace" {
				continue
			}
			version := ""
			if words[2] != "=>" {
				version = words[2]
			}
			if !seen[words[1]+version] {
				entries = append(entries, strings.TrimSpace("# "+words[1]+" "+version)+byText(files, words[1], version)+"\n")
			}
			seen[words[1]+version] = true
		}
	}
	return pick(r, "## workspace\n", "") + strings.Join(entries, "")
}

// byText is the replacement of a module, written for modules.txt by rules
// that are simpler than the real ones.
func byText(files tree, name, version string) string {
	by := ""
	for _, file := range []string{"go.mod", "x/one/go.mod", "go.work"} {
		for line := range strings.Lines(files[file]) {
			left, right, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "replace "), " => ")
			if ok && (left == name && by == "" || left == name+" "+version || left == name && file == "go.work") {
				by = " => " + right
			}
		}
	}
	if _, ok := files["go.work"]; ok && strings.HasPrefix(by, " => .") {
		dir := filepath.Clean(strings.TrimPrefix(strings.TrimPrefix(by, " => "), "../../"))
		return " => ./" + dir
	}
	return by
}

// damaged changes a line or two, or none.
func damaged(r *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	for range r.IntN(3) {
		i := r.IntN(len(lines))
		other := lines[r.IntN(len(lines))]
		switch r.IntN(8) {
		case 0:
			lines = slices.Delete(lines, i, i+1)
		case 1:
			lines = slices.Insert(lines, i, other)
		case 2:
			lines[i] = strings.Replace(lines[i], "v1.0.0", "v1.1.0", 1)
		case 3:
			lines[i] = strings.Replace(lines[i], "## explicit", pick(r, "## other", "## other; explicit", "## explicit; go 1.20", " ## explicit", "## explicit\r"), 1)
		case 4:
			lines[i] = strings.Replace(lines[i], " => ", pick(r, " =>", "  =>  ", " -> "), 1)
		case 5:
			lines[i] = pick(r, " ", "#", "# x") + lines[i]
		case 6:
			lines[i] += pick(r, "# example.com/a\n", "# example.com/a nothing\n", "example.com/b/p\n", "# example.com/fork v1.0.0\nexample.com/fork\n")
		case 7:
			lines = slices.Insert(lines, i, pick(r, "# example.com/a => ./d0\n", "# example.com/b v1.0.0 => ./x/d1\n", "# example.com/c/v2 v2.0.0 => example.com/fork v1.0.0\n"))
		}
		if len(lines) == 0 {
			return ""
		}
	}
	return strings.Join(lines, "")
}

func TestParseVendor(t *testing.T) {
	const text = `## workspace
# example.com/a v1.0.0 => ../a
## explicit; go 1.26
example.com/a
example.com/a/b
two words
# example.com/b v1.0.0
## go 1.20
# example.com/b v1.0.0 => example.com/fork v1.1.0
## explicit
example.com/b
# example.com/a => ./wild
# neither
example.com/a/c
# what is this
example.com/lost
`
	v := gomod.ParseVendor([]byte(text))
	var got strings.Builder
	fmt.Fprintln(&got, "workspace", v.Workspace)
	for _, m := range v.Modules {
		fmt.Fprintf(&got, "%d: %s => %s explicit %t go %q at %d\n", m.Line, m.Version, m.By, m.Explicit, m.Go, m.GoLine)
	}
	for _, name := range []string{"example.com/a", "example.com/a/b", "example.com/b", "example.com/a/c", "example.com/lost"} {
		var of module.Version
		if m := v.ByPackage[name]; m != nil {
			of = m.Version
		}
		fmt.Fprintf(&got, "%s of %s\n", name, of)
	}
	const want = `workspace true
2: example.com/a@v1.0.0 => ../a explicit true go "1.26" at 3
7: example.com/b@v1.0.0 => example.com/fork@v1.1.0 explicit true go "1.20" at 8
12: example.com/a => ./wild explicit false go "" at 0
example.com/a of example.com/a@v1.0.0
example.com/a/b of example.com/a@v1.0.0
example.com/b of example.com/b@v1.0.0
example.com/a/c of example.com/a
example.com/lost of 
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
