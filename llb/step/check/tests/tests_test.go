package tests

import (
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gohull/gohull/internal/steptest"
	"github.com/gohull/gohull/llb/step"
)

// failing is a project in which every package fails in its own way.
const failing = `
-- go.mod --
module example.com/m

go 1.25
-- a/a_test.go --
package a

import "testing"

func TestGood(t *testing.T) { t.Log("not shown") }

func TestBad(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Errorf("got 1,\nwant 2") })
	t.Error("and another")
}

func TestSkipped(t *testing.T) { t.Skip("not today") }
-- b/b_test.go --
package b

import "testing"

func TestPanic(t *testing.T) {
	var p *int
	*p = 1
}
-- c/c.go --
package c

func C() int { return "c" }
-- c/c_test.go --
package c
-- d/d_test.go --
package d

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(3) }
-- e/e.go --
package e
`

func TestFailures(t *testing.T) {
	s := steptest.New(t, failing, "CGO_ENABLED=0")
	code, err := Run(s, step.Test{Args: []string{"./a", "./b", "./d", "./e"}})
	if code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	const want = `a/a_test.go:8: TestBad/sub: got 1,
	want 2
a/a_test.go:9: TestBad: and another
b/b_test.go:7: TestPanic: panic: runtime error: invalid memory address or nil pointer dereference [recovered, repanicked]
:0: example.com/m/d failed
	exit status 3
`
	if diff := cmp.Diff(want, steptest.Errors(t, s)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	shown := fmt.Sprint(s.Stdout)
	if !strings.Contains(shown, "a_test.go:8: got 1,") || strings.Contains(shown, "not shown") {
		t.Errorf("this was shown:\n%s", shown)
	}
}

// TestRoot names the package at the root as people do, together with another one.
func TestRoot(t *testing.T) {
	s := steptest.New(t, `
-- go.mod --
module example.com/m

go 1.25
-- root_test.go --
package m

import "testing"

func TestPanic(t *testing.T) { panic("at the disco") }
-- sub/sub.go --
package sub
`, "CGO_ENABLED=0")
	if code, err := Run(s, step.Test{Args: []string{".", "./sub"}}); code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	const want = "root_test.go:5: TestPanic: panic: at the disco [recovered, repanicked]\n"
	if got := steptest.Errors(t, s); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMissingFiles reads files that are not next to the tests: the first error says how
// to have them there.
func TestMissingFiles(t *testing.T) {
	s := steptest.New(t, `
-- go.mod --
module example.com/m

go 1.25
-- lib/lib_test.go --
package lib

import (
	"os"
	"testing"
)

func TestElsewhere(t *testing.T) {
	if _, err := os.Stat("/nowhere/near"); err != nil {
		t.Error(err)
	}
}

func TestDocs(t *testing.T) {
	for _, name := range []string{"testdata/a.md", "../docs/a.md", "../docs/b.md"} {
		if _, err := os.ReadFile(name); err != nil {
			t.Error(err)
		}
	}
}
`, "CGO_ENABLED=0")
	if code, err := Run(s, step.Test{Args: []string{"./lib"}}); code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1", code, err)
	}
	const want = "lib/lib_test.go:10: TestElsewhere: stat /nowhere/near: no such file or directory\n" +
		"lib/lib_test.go:17: TestDocs: open testdata/a.md: no such file or directory\n" +
		"lib/lib_test.go:17: TestDocs: open ../docs/a.md: no such file or directory; if the repository has it, list it in `test.files`\n" +
		"lib/lib_test.go:17: TestDocs: open ../docs/b.md: no such file or directory\n"
	if diff := cmp.Diff(want, steptest.Errors(t, s)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestNotBuilt has a package that does not compile: its errors are the
// compiler's.
func TestNotBuilt(t *testing.T) {
	s := steptest.New(t, failing, "CGO_ENABLED=0")
	if code, err := Run(s, step.Test{Args: []string{"./c"}, Keep: true}); code != 1 || err != nil {
		t.Fatalf("exit code %d, %v, want 1: there is no result to keep", code, err)
	}
	const want = "c/c.go:3: cannot use \"c\" (untyped string constant) as int value in return statement\n"
	if got := steptest.Errors(t, s); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestReports leaves the reports of tests that fail, too.
func TestReports(t *testing.T) {
	s := steptest.New(t, failing, "CGO_ENABLED=0")
	if code, err := Run(s, step.Test{Report: true, Keep: true, Args: []string{"./a", "./e"}}); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v", code, err)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(s.Out, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var suites testSuites
	if err := xml.Unmarshal(read(step.TestJUnit), &suites); err != nil {
		t.Fatal(err)
	}
	a := suites.Suites[0]
	if a.Name != "example.com/m/a" || a.Tests != 4 || a.Failures != 2 || a.Skipped != 1 {
		t.Errorf("got %+v, want 4 tests of which 2 failed and 1 was skipped", a)
	}
	for name, want := range map[string]string{step.TestEvents: `"Action":"fail"`, step.TestCover: "mode: set", step.TestPage: "<title>"} {
		if !strings.Contains(string(read(name)), want) {
			t.Errorf("%s has no %q", name, want)
		}
	}
}
