package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/llb/step"
)

// mainContext is what clients call the build context itself.
const mainContext = "context"

// validateContexts reports build contexts that replace nothing: otherwise a
// misspelled name would be ignored silently. One for another image of the file
// is valid, as a bake file gives them to all.
func validateContexts(r Request, refs, replaceable []string, m modules, errs *diag.List) {
	if len(r.Contexts) == 0 {
		return
	}
	known := []string{SeedContext, step.PackagesContext}
	for _, c := range checks {
		if c.context != "" {
			known = append(known, c.context)
		}
	}
	for _, ref := range refs {
		known = append(known, ContextName(ref))
	}
	known = append(known, replaceable...)
	for i, name := range r.ContextNames() {
		if !slices.Contains(known, name) {
			errs.Add(unknownContext(r.Contexts[i], name, known, m))
		}
	}
}

// unknownContext reports a build context that replaces nothing.
func unknownContext(given, name string, known []string, m modules) diag.Diagnostic {
	d := diag.Diagnostic{At: diag.Range{File: "--build-context " + given}}
	if name == mainContext {
		d.Message = "the main build context has no name"
		d.Hint = "it is the last argument of `docker buildx build`: a directory, a repository's URL, or an archive"
		return d
	}
	if message, hint, ok := m.misplaced(name); ok {
		d.Message, d.Hint = message, hint
		return d
	}
	d.Message = "this build uses nothing named " + strconv.Quote(name)
	d.Hint = "build contexts can replace " + strings.Join(known, ", ")
	return withClosest(d, name, known)
}

// ContextName returns the name of the build context that replaces an image or a
// stage, as clients write it.
func ContextName(ref string) string {
	if name, ok := StageOf(ref); ok {
		return name
	}
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest")
}
