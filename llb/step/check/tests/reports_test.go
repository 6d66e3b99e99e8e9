package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/gocmd"
)

// divided is a project whose packages import each other. One has no tests, one is
// for another system, and one does not compile.
const divided = `
-- go.mod --
module example.com/m

go 1.25
-- a/a.go --
package a

func A(n int) int {
	if n > 1 {
		return n
	}
	return 1
}
-- a/a_test.go --
package a

import "testing"

func TestA(t *testing.T) { A(1) }
-- a/sub/sub_test.go --
package sub

import (
	"testing"

	"example.com/m/a"
)

func TestSub(t *testing.T) { t.Log(a.A(2)) }

func TestSkipped(t *testing.T) { t.Skip("not today") }
-- b/b.go --
package b

import "example.com/m/a"

func B() int { return a.A(3) }
-- b/b_plan9.go --
package b
-- c/c_plan9_test.go --
package c
`

// run runs the tests of some directories, and returns what they leave.
func (d division) run(t *testing.T, args, dirs []string) string {
	t.Helper()
	s := d.Step
	s.Out = t.TempDir()
	v := step.Test{Report: true, Keep: d.keep, Dirs: dirs, Args: args}
	if code, err := Run(s, v); code != 0 || err != nil {
		t.Fatalf("%q: exit code %d, %v\n%s", dirs, code, err, s.Stdout)
	}
	return s.Out
}

type division struct {
	gocmd.Step
	keep bool
}

// TestGroups compares the reports of groups with those of one command: the same
// lines are covered, and the same tests have the same results.
func TestGroups(t *testing.T) {
	d := division{steptest.New(t, divided, "CGO_ENABLED=0"), false}
	args := []string{"-short", "./..."}
	one := d.run(t, args, nil)
	v := step.TestReports{Args: args}
	for _, dirs := range [][]string{{"a"}, {"a/sub", "b"}, {"c"}} {
		v.Groups = append(v.Groups, d.run(t, args, dirs))
	}
	if code, err := Reports(d.Step, v); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	elapsed := regexp.MustCompile(`time="[0-9.]+"`)
	for name, text := range map[string]func(string) string{
		step.TestCover: func(text string) string { return strings.Join(slices.Sorted(strings.Lines(text)), "") },
		step.TestJUnit: func(text string) string { return elapsed.ReplaceAllString(text, "") },
		step.TestPage:  func(text string) string { return text },
	} {
		want, got := text(read(t, one, name)), text(read(t, d.Out, name))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -one command +groups\n%s", name, diff)
		}
	}
}

// TestGroupsKept has tests that fail, and a group of which nothing compiles.
func TestGroupsKept(t *testing.T) {
	d := division{steptest.New(t, failing, "CGO_ENABLED=0"), true}
	args := []string{"./..."}
	broken := d.run(t, args, []string{"c"})
	v := step.TestReports{Args: args, Groups: []string{broken, d.run(t, args, []string{"a", "b", "d"})}}
	if code, err := Reports(d.Step, v); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	junit := read(t, d.Out, step.TestJUnit)
	for _, want := range []string{`<testsuite name="example.com/m/c" tests="1" failures="1"`, `name="TestBad/sub"`} {
		if !strings.Contains(junit, want) {
			t.Errorf("the report has no %s:\n%s", want, junit)
		}
	}
	v.Groups = v.Groups[:1]
	if code, err := Reports(d.Step, v); code != 1 || err != nil {
		t.Fatalf("exit code %d, %v if no test could run, want 1", code, err)
	}
	if got := steptest.Errors(t, d.Step); !strings.HasPrefix(got, "c/c.go:3: cannot use \"c\"") {
		t.Errorf("it reports %q", got)
	}
}

// TestGroupFails reports what fails in a group, and nothing of other packages.
func TestGroupFails(t *testing.T) {
	s := steptest.New(t, failing, "CGO_ENABLED=0")
	if code, err := Run(s, step.Test{Dirs: []string{"b", "e"}, Args: []string{"./..."}}); code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	if got := steptest.Errors(t, s); !strings.HasPrefix(got, "b/b_test.go:7: TestPanic: panic: ") || strings.Count(got, "\n") != 1 {
		t.Errorf("it reports %q", got)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
