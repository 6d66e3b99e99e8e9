package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/llb/step"
)

// validateContexts finds build contexts that take the place of nothing, since a
// name that is misspelt would otherwise do nothing at all. One for another
// image of the file is none of these: a bake file gives them to all.
func validateContexts(c Decision, errs *diag.List) {
	if len(c.Request.Contexts) == 0 {
		return
	}
	known := []string{SeedContext, step.VulnContext}
	for _, ref := range c.common.refs {
		known = append(known, ContextName(ref))
	}
	known = append(known, c.replaceable()...)
	for i, name := range c.Request.ContextNames() {
		given := c.Request.Contexts[i]
		if slices.Contains(known, name) {
			continue
		}
		if message, hint, ok := c.misplaced(name); ok {
			errs.Add(diag.Diagnostic{At: diag.Range{File: "--build-context " + given}, Message: message, Hint: hint})
			continue
		}
		d := diag.Diagnostic{
			At:      diag.Range{File: "--build-context " + given},
			Message: "this build has nothing of the name " + strconv.Quote(name),
			Hint:    "build contexts can replace " + strings.Join(known, ", "),
		}
		errs.Add(withNearMiss(d, name, known))
	}
}

// ContextName is the name of the build context that replaces an image, as
// clients write it.
func ContextName(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest")
}

// validateFilters finds steps that are to run without cache and that no build
// has.
func validateFilters(c Decision, errs *diag.List) {
	var known []string
	for _, k := range Kinds() {
		known = append(known, k.ID)
	}
	for _, name := range c.Request.Uncached {
		if slices.ContainsFunc(known, func(id string) bool { return strings.EqualFold(id, name) }) {
			continue
		}
		d := diag.Diagnostic{
			At:      diag.Range{File: "--no-cache-filter " + name},
			Message: "there is no step " + strconv.Quote(name),
			Hint:    "there are " + strings.Join(known, ", "),
		}
		errs.Add(withNearMiss(d, name, known))
	}
}

// validateNetwork finds what has to be fetched by a step where the client takes
// the network away.
func validateNetwork(c Decision, errs *diag.List) {
	if !c.Request.Offline {
		return
	}
	at := diag.Range{File: "--network none"}
	if c.downloads() && c.Target != LockTarget {
		errs.Add(diag.Diagnostic{At: at, Message: "modules have to be fetched", Hint: "run `go mod vendor`, or remove the flag: only the step that fetches has a network"})
	}
	if c.toolchain.ref == "" && c.version.IsSet() {
		errs.Add(diag.Diagnostic{At: at, Message: "`toolchain: module` has to be fetched", Hint: "write `toolchain: image`, or remove the flag: only the step that fetches has a network"})
	}
}
