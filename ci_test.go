package gohull

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

var (
	uses   = regexp.MustCompile(`(?m)^\s*- uses: (.*)$`)
	pinned = regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
)

// TestWorkflow checks that the workflow of GitHub runs .ci/run and nothing
// else, from actions that are pinned by digest, with a limit of time and no
// right to write.
func TestWorkflow(t *testing.T) {
	text := read(t, ".github/workflows/ci.yml")
	for _, m := range uses.FindAllStringSubmatch(text, -1) {
		if !pinned.MatchString(m[1]) {
			t.Errorf("%s: pin it by the digest of a commit, with its version as a comment", m[1])
		}
	}
	for _, want := range []string{"\npermissions:\n  contents: read\n\n", "    timeout-minutes: "} {
		if !strings.Contains(text, want) {
			t.Errorf("the workflow has no %q", want)
		}
	}
	if runs := regexp.MustCompile(`(?m)\brun: (.*)$`).FindAllStringSubmatch(text, -1); len(runs) != 1 || !strings.HasSuffix(runs[0][1], " .ci/run") {
		t.Errorf("the workflow runs %q, want .ci/run alone: a laptop has to be able to run the same", runs)
	}
}

// testOnly introduces the block of go.mod with modules that no program is made
// of.
const testOnly = "// Only tests use these."

// TestModulesOfTests checks that go.mod says which modules only tests use.
func TestModulesOfTests(t *testing.T) {
	inPrograms := golist(t, "{{with .Module}}{{.Path}}{{end}}", "-deps", "./cmd/...")
	for name, marked := range direct(t) {
		if used := slices.Contains(inPrograms, name); used && marked {
			t.Errorf("go.mod: a program is made of %s: it is no module of tests", name)
		} else if !used && !marked {
			t.Errorf("go.mod: only tests use %s: move it below %q", name, testOnly)
		}
	}
}

// direct returns the modules that go.mod requires directly, and whether they
// are in the block of tests.
func direct(t *testing.T) map[string]bool {
	t.Helper()
	f, err := modfile.Parse("go.mod", []byte(read(t, "go.mod")), nil)
	if err != nil {
		t.Fatal(err)
	}
	ofTests := map[string]bool{}
	for _, s := range f.Syntax.Stmt {
		block, ok := s.(*modfile.LineBlock)
		if ok && slices.ContainsFunc(block.Before, func(c modfile.Comment) bool { return c.Token == testOnly }) {
			for _, line := range block.Line {
				ofTests[line.Token[0]] = true
			}
		}
	}
	all := map[string]bool{}
	for _, r := range f.Require {
		if !r.Indirect {
			all[r.Mod.Path] = ofTests[r.Mod.Path]
		}
	}
	if len(ofTests) == 0 {
		t.Errorf("go.mod has no block that begins with %q", testOnly)
	}
	return all
}
