package rules

import (
	"fmt"
	"path"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
)

// shells are programs that read a command line themselves.
var shells = []string{"ash", "bash", "busybox", "dash", "ksh", "sh", "zsh"}

// shellSyntax finds operators and variables among arguments. An engine passes
// them to the program unchanged.
func shellSyntax(s Subject) []diag.Diagnostic {
	run := s.Spec.Run
	out := shellWords("run.entrypoint", run.Entrypoint.Args)
	if !startsShell(run.Entrypoint.Args) {
		out = append(out, shellWords("run.args", run.Args)...)
	}
	if run.Healthcheck != nil {
		out = append(out, shellWords("run.healthcheck.test", run.Healthcheck.Test)...)
	}
	return out
}

func startsShell(command []spec.String) bool {
	return slices.ContainsFunc(command, func(word spec.String) bool {
		return slices.Contains(shells, path.Base(word.Value))
	})
}

func shellWords(key string, command []spec.String) []diag.Diagnostic {
	if startsShell(command) {
		return nil
	}
	var out []diag.Diagnostic
	for _, word := range command {
		if spec.IsShell(word.Value) {
			out = append(out, diag.Diagnostic{
				At:      word.At,
				Message: fmt.Sprintf("%s: no shell runs it, so the program gets %q unchanged", key, word.Value),
				Hint:    "write a program and its arguments, or name a shell that the base has: [/bin/sh, -c, …]",
			})
		}
	}
	return out
}
