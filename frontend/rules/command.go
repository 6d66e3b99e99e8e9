package rules

import (
	"fmt"
	"path"
	"regexp"
	"slices"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/internal/visible"
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
	for _, g := range s.Spec.Generate {
		out = append(out, shellWords("generate.run", g.Run)...)
	}
	return append(out, shellVariables(s.Spec)...)
}

// shellVariable matches what a shell replaces, as in ${VERSION} and $(date).
var shellVariable = regexp.MustCompile(`\$([A-Za-z_]\w*|\{[A-Za-z_][^}]*\}|\([^)]*\))`)

// shellVariables finds variables in values that have stamps instead. In
// run.env, variables are replaced.
func shellVariables(sp *spec.Spec) []diag.Diagnostic {
	var out []diag.Diagnostic
	find := func(key string, at diag.Range, value string) {
		if found := shellVariable.FindString(value); found != "" {
			out = append(out, diag.Diagnostic{
				At:      at,
				Message: fmt.Sprintf("%s: nothing replaces %s", key, visible.Short(found, 40)),
				Hint:    "write a stamp, as {{.Version}}, or declare a build arg with `args` and write {{.Args.NAME}}",
			})
		}
	}
	for _, flags := range sp.Ldflags() {
		for _, d := range definitions(flags.Value) {
			find(flags.Key+": -X "+d.Package+"."+d.Name, flags.At, d.Value)
		}
	}
	for _, l := range sp.Run.Labels {
		find("run.labels."+l.Key.Value, l.Value.At, l.Value.Value)
	}
	for _, a := range sp.Image.Annotations {
		find("image.annotations."+a.Key.Value, a.Value.At, a.Value.Value)
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
