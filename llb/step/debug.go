package step

import (
	"slices"
	"strings"
)

const (
	goDebug = "GODEBUG="
	noIndex = "goindex=0"
)

// WithoutIndex returns an environment in which the go command makes no index of
// modules, and reads none, so that those of ModuleTree need no other name than
// ModCache. Other settings of GODEBUG hold.
func WithoutIndex(env []string) []string { return WithDebug(env, noIndex) }

// WithDebug returns an environment with one more setting in GODEBUG: "gocachehash=1".
func WithDebug(env []string, setting string) []string {
	settings := goDebug + setting
	if own, ok := lastDebug(env); ok {
		settings = own + "," + setting
	}
	return append(slices.Clone(env), settings)
}

// HasIndex reports whether env is none that WithoutIndex gave.
func HasIndex(env []string) bool {
	settings, _ := lastDebug(env)
	return !slices.Contains(strings.Split(strings.TrimPrefix(settings, goDebug), ","), noIndex)
}

// lastDebug returns the variable that counts.
func lastDebug(env []string) (string, bool) {
	for _, e := range slices.Backward(env) {
		if strings.HasPrefix(e, goDebug) {
			return e, true
		}
	}
	return "", false
}
