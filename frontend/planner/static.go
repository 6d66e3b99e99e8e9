package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/frontend/spec"
)

// staticTags select what is written in Go where glibc would load libraries when
// the program runs, also if it is linked statically: the resolver, and the
// names of users.
var staticTags = []string{"netgo", "osusergo"}

// buildTags returns the build tags of the spec, and those that it implies.
func buildTags(b spec.Build) []string {
	tags := values(b.Tags)
	if !b.Cgo.Static {
		return tags
	}
	for _, t := range staticTags {
		if !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	return tags
}

// staticLdflags returns flags of the linker that have all libraries linked in,
// in addition to those of the spec. Of -extldflags, the last one counts.
func staticLdflags(b spec.Build, ldflags string) string {
	static := "-static"
	if isPIE(b) {
		static = "-static-pie"
	}
	if given := linkerFlag(ldflags, "extldflags"); given != "" {
		static = given + " " + static
	}
	quoted, _ := goflag.Quote(static) // validateStatic refuses what has both kinds of quotes
	return ldflags + " -linkmode external -extldflags " + quoted
}

// linkerFlag returns the value of the last flag of a name.
func linkerFlag(ldflags, name string) (value string) {
	flags, _ := goflag.Parse(ldflags)
	for i, role := range flags.Words.Roles(goflag.Link) {
		switch {
		case role.Flag != name:
		case role.IsValue:
			value = flags.Words[i]
		default:
			_, value, _ = strings.Cut(flags.Words[i], "=")
		}
	}
	return value
}

// validateStatic reports settings that contradict `cgo: static`.
func validateStatic(b spec.Build, errs *diag.List) {
	if !b.Cgo.Static {
		return
	}
	const needs = "`build.cgo: static` at %s"
	for _, t := range b.Tags {
		if t.Value == "netcgo" {
			errs.Add(diag.Diagnostic{
				At:      t.At,
				Message: fmt.Sprintf("build.tags: netcgo has glibc load its resolver when the program runs, and "+needs+" leaves no library to load", b.Cgo.At),
				Hint:    "remove the tag, or write `cgo: true`",
				Related: []diag.Range{b.Cgo.At},
			})
		}
	}
	if mode := linkerFlag(b.Ldflags.Value, "linkmode"); mode != "" && mode != "external" {
		errs.Add(diag.Diagnostic{
			At:      b.Ldflags.At,
			Message: fmt.Sprintf("build.ldflags: -linkmode %s links no C libraries, as "+needs+" asks for", mode, b.Cgo.At),
			Hint:    "remove the flag",
			Related: []diag.Range{b.Cgo.At},
		})
	}
	if given := linkerFlag(b.Ldflags.Value, "extldflags"); strings.Contains(given, "'") && strings.Contains(given, `"`) {
		errs.Add(diag.Diagnostic{
			At:      b.Ldflags.At,
			Message: fmt.Sprintf("build.ldflags: -extldflags has both kinds of quotes, so -static cannot be added to it for "+needs, b.Cgo.At),
			Hint:    "use one kind",
			Related: []diag.Range{b.Cgo.At},
		})
	}
}
