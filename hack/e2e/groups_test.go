package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// divided is a project of twelve packages, whose checks run in groups: that of the
// root, ./a with five packages below it, and ./b with four. Packages of b import
// one of a.
func divided() map[string]string {
	project := maps.Clone(numbered)
	project["Dockerfile"] = "checks: [vet, test]\n"
	for _, dir := range []string{"a", "a/p1", "a/p2", "a/p3", "a/p4", "a/p5", "b/q1", "b/q2", "b/q3", "b/q4", "b/q5"} {
		name := dir[strings.LastIndex(dir, "/")+1:]
		imports, call := "", "0"
		if strings.HasPrefix(dir, "b/") {
			imports, call = "import \"example.com/numbered/a/p1\"\n\n", "p1.F(1)"
		}
		project[dir+"/"+name+".go"] = fmt.Sprintf("package %s\n\n%sfunc F(n int) int {\n\tif n > 1 {\n\t\treturn n\n\t}\n\treturn %s\n}\n", name, imports, call)
		project[dir+"/"+name+"_test.go"] = fmt.Sprintf("package %s\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) {\n\tif F(2) != 2 {\n\t\tt.Error(\"not two\")\n\t}\n}\n", name)
	}
	return project
}

// TestGroups edits packages on a builder that knows nothing but an imported cache.
// The groups that have the edited package, or import it, run again, and the
// reports are those of all tests.
func TestGroups(t *testing.T) {
	t.Parallel()
	project := divided()
	project["go.mod"] += "\n// " + t.TempDir() + "\n" // a text that no earlier build has had
	b := gohull(t, write(t, project))
	b.Push = ref(t)
	cache := "type=registry,ref=" + env(t, "REGISTRY") + "/e2e/groups:cache"
	imports := append(slices.Clone(b.Args), "--cache-from="+cache)
	b.Args = append(slices.Clone(imports), "--cache-to="+cache+",mode=max")
	succeed(t, b)
	alone := b
	alone.Push, alone.Args = "", append(slices.Clone(imports), "--target=test")
	whole := export(t, alone)

	b.Builder, alone.Builder, b.Args = node(t, "groups", ""), "groups", imports
	edit(t, b, map[string]string{"b/q2/q2.go": strings.Replace(project["b/q2/q2.go"], "n > 1", "n > 0", 1)})
	hasRun(t, succeed(t, b).Steps(), "check vet ./b/q1 and 4 more", "check test ./b/q1 and 4 more")

	for name, text := range export(t, alone) {
		for _, all := range []string{whole[name], text} {
			for i := 1; i <= 5; i++ {
				for _, want := range []string{fmt.Sprintf("numbered/a/p%d", i), fmt.Sprintf("numbered/b/q%d", i)} {
					if !strings.Contains(all, want) {
						t.Errorf("%s has nothing of %s:\n%s", name, want, all)
					}
				}
			}
		}
	}

	// Tests of two groups fail, and all of them are reported.
	edit(t, b, map[string]string{
		"a/p3/p3_test.go": strings.Replace(project["a/p3/p3_test.go"], "!= 2", "!= 3", 1),
		"b/q4/q4_test.go": strings.Replace(project["b/q4/q4_test.go"], "!= 2", "!= 3", 1),
	})
	r := run(t, b)
	for _, want := range []string{
		"check test ./a/p1 and 4 more failed\n", "a/p3/p3_test.go:7: TestF: not two\n",
		"check test ./b/q1 and 4 more failed\n", "b/q4/q4_test.go:7: TestF: not two\n",
	} {
		if r.Exit == 0 || !strings.Contains(r.Text, want) {
			t.Errorf("exit code %d, and this was printed, without %q:\n%s", r.Exit, want, r.Text)
		}
	}

	// Running one group again runs no other, on a builder that has run them all. One
	// that imported the others may run them once more, whatever is asked for.
	edit(t, b, map[string]string{"a/p3/p3_test.go": project["a/p3/p3_test.go"], "b/q4/q4_test.go": project["b/q4/q4_test.go"]})
	b.Builder = ""
	succeed(t, b)
	b.Args = append(b.Args, "--no-cache-filter=check-test:./b/q3")
	hasRun(t, succeed(t, b).Steps(), "check test ./b/q1 and 4 more")
}

// hasRun compares the steps of checks that ran.
func hasRun(t *testing.T, steps []string, want ...string) {
	t.Helper()
	steps = slices.DeleteFunc(steps, func(name string) bool { return !strings.HasPrefix(name, "check ") })
	slices.Sort(steps)
	slices.Sort(want)
	if !slices.Equal(steps, want) {
		t.Errorf("ran %q, want %q", steps, want)
	}
}
