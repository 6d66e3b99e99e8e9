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
func WithoutIndex(env []string) []string {
	settings := goDebug + noIndex
	if own, ok := lastDebug(env); ok {
		settings = own + "," + noIndex
	}
	return append(slices.Clone(env), settings)
}

// HasIndex reports whether env is none that WithoutIndex gave.
func HasIndex(env []string) bool {
	settings, _ := lastDebug(env)
	return !strings.HasSuffix(settings, noIndex)
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
