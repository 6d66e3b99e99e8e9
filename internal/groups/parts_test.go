package groups

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestForProfile has two main packages, of which one is optimized by a profile.
func TestForProfile(t *testing.T) {
	packages := []Package{
		{Dir: "cmd/api", Main: true, Imports: []string{"api", "log"}, Profile: true},
		{Dir: "cmd/worker", Main: true, Imports: []string{"log"}},
		{Dir: "api"}, {Dir: "log"},
	}
	if all := For(packages, []string{"cmd/api"}, true); len(all) > 0 {
		t.Errorf("with a profile, there is %v", all)
	}
	if all := For(packages, []string{"cmd/api"}, false); len(all) != 1 {
		t.Errorf("with a profile that is not used, there is %v, want one group", all)
	}
	all := For(packages, []string{"cmd/api", "cmd/worker"}, true)
	if len(all) != 1 || !slices.Equal(all[0].Dirs, []string{"log"}) {
		t.Errorf("there is %v, want what the other main package needs", all)
	}
}

// TestFor has a service that needs some packages of a group, and a main package
// that is none of its concern.
func TestFor(t *testing.T) {
	packages := []Package{
		{Dir: "cmd/api", Main: true, Imports: []string{"api", "lib/log"}},
		{Dir: "cmd/other", Main: true, Imports: []string{"lib/unused"}},
		{Dir: "lib/log"}, {Dir: "lib/errs"}, {Dir: "lib/text"}, {Dir: "lib/unused"}, {Dir: "lib/flag"},
		{Dir: "api", Imports: []string{"api/store", "api/view"}},
		{Dir: "api/store", Imports: []string{"lib/log", "lib/errs"}},
		{Dir: "api/view", Imports: []string{"api/view/html"}}, {Dir: "api/view/html", Imports: []string{"lib/text"}},
		{Dir: "api/old"},
	}
	got := partsText(For(packages, []string{"cmd/api"}, true))
	want := `lib:0
	part lib/errs: lib/errs lib/log lib/text
api:1
	part api: api api/store api/view api/view/html
	uses lib/errs of lib:0
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// partsText says what is in groups.
func partsText(all []Compiled) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "%s\n", c.Name())
		for _, p := range c.Parts {
			fmt.Fprintf(&b, "\tpart %s: %s\n", p.Name(), strings.Join(p.Dirs, " "))
		}
		b.WriteString(usesText(all, c.Uses))
	}
	return b.String()
}

func usesText(all []Compiled, uses []Use) string {
	var b strings.Builder
	for _, u := range uses {
		fmt.Fprintf(&b, "\tuses %s of %s\n", all[u.Group].Parts[u.Part].Name(), all[u.Group].Name())
	}
	return b.String()
}

// TestForTests has tests of a main package, of two packages that are compiled in one
// group, and of a directory that has nothing but tests.
func TestForTests(t *testing.T) {
	packages := []Package{
		{Dir: "cmd/api", Main: true, Imports: []string{"api"}},
		{Dir: "api", Imports: []string{"api/store", "lib/text"}},
		{Dir: "api/store", Imports: []string{"lib/log"}},
		{Dir: "lib/log", Imports: []string{"lib/text"}}, {Dir: "lib/text"}, {Dir: "lib/unused"},
		{Dir: "lib/a"}, {Dir: "lib/b"}, {Dir: "lib/c"}, {Dir: "lib/d"},
	}
	tested := [][]string{{"cmd/api"}, {"api", "api/store"}, {"e2e"}, {"lib/log", "lib/unused"}}
	all, uses := ForTests(packages, tested)
	got := partsText(all)
	for i, of := range uses {
		got += strings.Join(tested[i], " ") + "\n" + usesText(all, of)
	}
	want := `lib:0
	part lib/log: lib/log
	part lib/text: lib/text
api:1
	part api: api api/store
	uses lib/log of lib:0
	uses lib/text of lib:0
cmd/api
	uses lib/log of lib:0
	uses lib/text of lib:0
	uses api of api:1
api api/store
	uses lib/log of lib:0
	uses lib/text of lib:0
e2e
lib/log lib/unused
	uses lib/text of lib:0
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestForTestsProperties checks that a group of tests uses what its packages import and
// do not include, and no more.
func TestForTestsProperties(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(9, seed))
		packages := generated(r, 1+r.IntN(300))
		tested := make([][]string, 1+r.IntN(20))
		for _, p := range packages {
			i := r.IntN(len(tested))
			tested[i] = append(tested[i], p.Dir)
		}
		g := newGraph(packages)
		all, uses := ForTests(packages, tested)
		for i, own := range tested {
			want := g.closure(own)
			for _, dir := range own {
				delete(want, dir)
			}
			got := map[string]bool{}
			for _, u := range uses[i] {
				for _, dir := range all[u.Group].Parts[u.Part].Dirs {
					got[dir] = true
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, group %d: -want +got\n%s", seed, i, diff)
			}
		}
	}
}

// TestForProperties checks that what a group uses is what its packages import
// of other groups, and that groups have what is needed and no more.
func TestForProperties(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(8, seed))
		packages := generated(r, 1+r.IntN(300))
		packages = append(packages, Package{Dir: "main", Main: true, Imports: []string{packages[0].Dir, packages[len(packages)-1].Dir}})
		g, all := newGraph(packages), For(packages, []string{"main"}, true)
		count := 1 // main
		for i, c := range all {
			count += len(c.Dirs)
			own, used := g.closure(c.Dirs), map[string]bool{}
			for _, u := range c.Uses {
				if u.Group >= i {
					t.Fatalf("seed %d: group %d uses group %d", seed, i, u.Group)
				}
				for _, dir := range all[u.Group].Parts[u.Part].Dirs {
					used[dir] = true
				}
			}
			for dir := range own {
				if used[dir] == slices.Contains(c.Dirs, dir) {
					t.Errorf("seed %d: %s needs %s, used %v", seed, c.Name(), dir, used[dir])
				}
			}
			if len(own) != len(used)+len(c.Dirs) {
				t.Errorf("seed %d: %s uses %d packages, and needs %d others", seed, c.Name(), len(used), len(own)-len(c.Dirs))
			}
		}
		if want := len(g.closure([]string{"main"})); count != want {
			t.Errorf("seed %d: groups have %d packages of %d", seed, count, want)
		}
	}
}
