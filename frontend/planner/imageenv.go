package planner

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// mergedEnv returns the environment of an image: the base's, and the spec's on
// top of it. A value may name variables of the base, and those above it.
func mergedEnv(base []string, own []spec.Pair, errs *diag.List) []string {
	env := slices.Clone(base)
	if _, ok := lookupEnv(env, "PATH"); !ok {
		env = append(env, defaultPath)
	}
	for _, e := range own {
		env = setEnv(env, e.Key.Value, expanded(e, env, errs))
	}
	return env
}

// expanded returns a value with its variables replaced, as ENV of a Dockerfile has
// it: $NAME, ${NAME}, ${NAME:-default} and similar; \$ is a dollar sign. Quotes
// and other backslashes are text. A variable without a value is an error:
// nothing can set it later.
func expanded(e spec.Pair, env []string, errs *diag.List) string {
	if !strings.Contains(e.Value.Value, "$") {
		return e.Value.Value
	}
	lex := shell.NewLex('\\')
	lex.SkipProcessQuotes = true
	result, err := lex.ProcessWordWithMatches(onlyDollars(e.Value.Value), shell.EnvsFromSlice(env))
	key := "run.env." + e.Key.Value
	if err != nil {
		errs.Add(diag.Diagnostic{
			At:      e.Value.At,
			Message: fmt.Sprintf("%s: %s", key, strings.ReplaceAll(err.Error(), " (\ufffd)", "")),
			Hint:    `write \$ for a dollar sign`,
		})
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(result.Unmatched)) {
		if !isBare(e.Value.Value, name) {
			continue // it has a default
		}
		errs.Add(diag.Diagnostic{
			At:      e.Value.At,
			Message: fmt.Sprintf("%s: neither the base nor a variable above has %s", key, name),
			Hint:    fmt.Sprintf(`write \$ for a dollar sign, or ${%s:-} for an empty text`, name),
		})
	}
	return result.Result
}

// isBare reports whether a value has a variable without a default.
func isBare(value, name string) bool {
	return regexp.MustCompile(`\$(` + name + `\b|\{` + name + `\})`).MatchString(value)
}

// onlyDollars keeps backslashes that are not before a dollar sign.
func onlyDollars(value string) string {
	escaped := strings.ReplaceAll(value, `\`, `\\`)
	return strings.ReplaceAll(escaped, `\\$`, `\$`)
}
