package e2e

import (
	"runtime"
	"strings"
	"testing"
)

// TestSyntaxLine builds as a user does: the first line of the file names the
// frontend, and nothing else is said.
func TestSyntaxLine(t *testing.T) {
	version := strings.TrimPrefix(runtime.Version(), "go") // the one that the lab has a stand-in of
	dir := write(t, map[string]string{
		"Dockerfile": "# syntax=" + env(t, "GOHULL_SYNTAX") + "\n",
		"go.mod":     "module example.com/hello\n\ngo " + version + "\n",
		"main.go":    "package main\n\nfunc main() { println(\"hello from a syntax line\") }\n",
	})
	b := gohull(t, dir)
	b.Syntax, b.Push = "", ref(t)
	succeed(t, b)
	im := pull(t, ref(t))
	if exit, got := output(t, im); exit != 0 || got != "hello from a syntax line\n" {
		t.Errorf("exit code %d, printed %q", exit, got)
	}
}
