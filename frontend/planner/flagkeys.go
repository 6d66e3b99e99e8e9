package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/spec"
)

// flagKeys are the keys of the spec for flags of the go command that have
// another name there.
var flagKeys = map[string]string{
	"buildmode": "build.mode",
	"coverpkg":  "build.cover",
	"mod":       "modules.mode",
}

// ownFlags are flags that gohull sets itself.
var ownFlags = map[string]string{
	"buildvcs":   "a build has no .git: write stamps into build.ldflags instead of -buildvcs",
	"modcacherw": "leave -modcacherw out: gohull keeps the modules",
	"trimpath":   "leave -trimpath out: gohull passes it",
}

// silentFlags are flags that change nothing of what is built.
var silentFlags = []string{"a", "json", "n", "p", "v", "work", "x"}

// insteadOfFlags returns what to write instead of each flag of GOFLAGS.
func insteadOfFlags(value string) string {
	words, err := goflag.Split(value)
	if err != nil || len(words) == 0 {
		return "leave it out"
	}
	var instead []string
	for _, word := range words {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if hint := insteadOfFlag(name); !slices.Contains(instead, hint) {
			instead = append(instead, hint)
		}
	}
	return strings.Join(instead, "; ")
}

func insteadOfFlag(name string) string {
	key := cmp.Or(flagKeys[name], "build."+name)
	isKey := func(e spec.Entry) bool { return e.Key == key }
	switch {
	case slices.ContainsFunc(spec.Reference(), isKey):
		return "write -" + name + " as the key " + key
	case ownFlags[name] != "":
		return ownFlags[name]
	case slices.Contains(silentFlags, name):
		return "leave -" + name + " out: it changes nothing of the image"
	}
	return "gohull has no key for -" + name
}
