package gohull

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// TestSkaffoldReadsSpecs reads the specs of the examples as Skaffold's docker
// builder does, which docs/editors.md describes: it accepts every file with a
// syntax line, and watches what FROM, COPY and ADD lines name.
func TestSkaffoldReadsSpecs(t *testing.T) {
	instructions := []string{command.From, command.Copy, command.Add, command.Arg, command.Env, command.Workdir}
	for _, file := range glob(t, "examples/*/Dockerfile") {
		text := read(t, file)
		if _, _, _, ok := parser.DetectSyntax([]byte(text)); !ok {
			t.Errorf("%s has no syntax line", file)
		}
		result, err := parser.Parse(strings.NewReader(text))
		if err != nil {
			if !strings.Contains(err.Error(), "file with no instructions") {
				t.Errorf("%s: %v", file, err)
			}
			continue
		}
		for _, node := range result.AST.Children {
			if slices.Contains(instructions, strings.ToLower(node.Value)) {
				t.Errorf("%s:%d: Skaffold reads %q as an instruction", file, node.StartLine, node.Original)
			}
		}
	}
}
