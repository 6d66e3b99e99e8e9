package groups

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// text returns groups as lines, one for each: its name and its packages.
func text(all []Group) string {
	var b strings.Builder
	for _, g := range all {
		fmt.Fprintf(&b, "%s: %s\n", g.Name(), strings.Join(g.Dirs, " "))
	}
	return b.String()
}

func TestByDirectory(t *testing.T) {
	for name, c := range map[string]struct {
		size int
		dirs []string
		want string
	}{
		"few packages are one group": {4, []string{"b", "a/x", "."}, ".:0: . a/x b\n"},
		"no packages, no group":      {4, nil, ""},
		"a directory is divided when it has more": {4, []string{"a", "a/x", "b/y", "b/z", "c"},
			"a:0: a a/x\nb:0: b/y b/z\nc:0: c\n"},
		"a small directory stays with its parent": {8, []string{"a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "b", "c/x"},
			".:0: b c/x\na:0: a/1 a/2 a/3 a/4 a/5 a/6 a/7\n"},
		"a directory alone is divided in turn": {2, []string{"src/a/1", "src/a/2", "src/b/1"},
			"src/a:0: src/a/1 src/a/2\nsrc/b:0: src/b/1\n"},
		"names that begin alike": {2, []string{"a/x", "a-b/x", "ab/x"},
			"a:0: a/x\na-b:0: a-b/x\nab:0: ab/x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, text(ByDirectory(c.dirs, c.size))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDivide has directories that import each other, as in most projects: the
// parent wires together what its subdirectories do, and these use what lies
// next to it.
func TestDivide(t *testing.T) {
	packages := []Package{
		{Dir: ".", Imports: []string{"api", "store"}},
		{Dir: "log"}, {Dir: "errs"}, {Dir: "conf", Imports: []string{"log"}},
		{Dir: "api", Imports: []string{"api/auth", "api/json", "store"}},
		{Dir: "api/auth", Imports: []string{"store", "log"}}, {Dir: "api/json", Imports: []string{"errs"}},
		{Dir: "store", Imports: []string{"store/sql"}}, {Dir: "store/sql", Imports: []string{"log"}}, {Dir: "store/mem"},
	}
	want := ".:0: conf errs log\n" +
		"store:0: store/mem\n" +
		"api:1: api/json\n" +
		"store:1: store store/sql\n" +
		"api:2: api api/auth\n" +
		".:3: .\n"
	if diff := cmp.Diff(want, text(Divide(packages))); diff != "" {
		t.Error(diff)
	}
}

// TestDivideCircle has packages that import each other, which the compiler
// refuses, and one that is not there.
func TestDivideCircle(t *testing.T) {
	var packages []Package
	for i := range smallest {
		packages = append(packages, Package{Dir: fmt.Sprintf("a/%d", i), Imports: []string{fmt.Sprintf("b/%d", i), "missing"}})
		packages = append(packages, Package{Dir: fmt.Sprintf("b/%d", i), Imports: []string{fmt.Sprintf("a/%d", i), fmt.Sprintf("b/%d", i)}})
	}
	validate(t, packages, Divide(packages))
}

// TestProperties validates the groups of generated projects, and that a new
// package moves no other one.
func TestProperties(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(7, seed))
		packages := generated(r, 1+r.IntN(700))
		all := Divide(packages)
		validate(t, packages, all)

		dir := path.Join(packages[r.IntN(len(packages))].Dir, "added")
		more := append(slices.Clone(packages), Package{Dir: dir, Imports: []string{packages[0].Dir}})
		_, size := newGraph(packages).fit()
		_, next := newGraph(more).fit()
		if size != next || !slices.Equal(names(ByDirectory(dirsOf(packages), size)), names(ByDirectory(dirsOf(more), size))) {
			continue // It reached a threshold.
		}
		before, after := places(all), places(Divide(more))
		for _, p := range packages {
			if before[p.Dir] != after[p.Dir] {
				t.Errorf("seed %d: %s moved from %s to %s because of %s", seed, p.Dir, before[p.Dir], after[p.Dir], dir)
			}
		}
	}
}

// TestDivideLarge has a project of a thousand packages in 25 directories, of which
// none is large: they are apart from each other.
func TestDivideLarge(t *testing.T) {
	var packages []Package
	for area := range 25 {
		for part := range 40 {
			packages = append(packages, Package{Dir: fmt.Sprintf("internal/area%02d/part%02d", area, part)})
		}
	}
	all := Divide(packages)
	validate(t, packages, all)
	if len(all) != 25 {
		t.Errorf("there are %d groups, want one for each area", len(all))
	}
}

func dirsOf(packages []Package) []string {
	var dirs []string
	for _, p := range packages {
		dirs = append(dirs, p.Dir)
	}
	return dirs
}

func names(all []Group) []string {
	var list []string
	for _, g := range all {
		list = append(list, g.Name())
	}
	return list
}

// places returns the name of the group of each package.
func places(all []Group) map[string]string {
	at := map[string]string{}
	for _, g := range all {
		for _, dir := range g.Dirs {
			at[dir] = g.Name()
		}
	}
	return at
}

func validate(t *testing.T, packages []Package, all []Group) {
	t.Helper()
	at, number := places(all), map[string]int{}
	for i, g := range all {
		number[g.Name()] = i
	}
	count := 0
	for _, g := range all {
		count += len(g.Dirs)
	}
	if len(all) > most || len(number) != len(all) || count != len(packages) {
		t.Errorf("%d packages are in %d groups with %d names, %d times", len(packages), len(all), len(number), count)
	}
	g := newGraph(packages)
	for _, p := range g.dirs {
		for _, q := range g.imports[p] {
			if number[at[q]] > number[at[p]] {
				t.Fatalf("%s is in %s, and imports %s of %s, which comes later", p, at[p], q, at[q])
			}
		}
	}
}

// generated returns packages in a tree of directories. Each imports some of
// those that were made before it.
func generated(r *rand.Rand, count int) []Package {
	var packages []Package
	seen := map[string]bool{}
	for len(packages) < count {
		var dir string
		for range 1 + r.IntN(4) {
			dir = path.Join(dir, string(rune('a'+r.IntN(9))))
		}
		if dir += fmt.Sprint(r.IntN(9)); seen[dir] {
			continue
		}
		seen[dir] = true
		p := Package{Dir: dir}
		for range min(len(packages), r.IntN(6)) {
			p.Imports = append(p.Imports, packages[r.IntN(len(packages))].Dir)
		}
		packages = append(packages, p)
	}
	return packages
}
