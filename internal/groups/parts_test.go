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
	var got strings.Builder
	all := For(packages, []string{"cmd/api"}, true)
	for _, c := range all {
		fmt.Fprintf(&got, "%s\n", c.Name())
		for _, p := range c.Parts {
			fmt.Fprintf(&got, "\tpart %s: %s\n", p.Name(), strings.Join(p.Dirs, " "))
		}
		for _, u := range c.Uses {
			fmt.Fprintf(&got, "\tuses %s of %s\n", all[u.Group].Parts[u.Part].Name(), all[u.Group].Name())
		}
	}
	want := `lib:0
	part lib/errs: lib/errs lib/log lib/text
api:1
	part api: api api/store api/view api/view/html
	uses lib/errs of lib:0
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
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
