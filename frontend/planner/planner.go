// Package planner makes every decision of a build. Decide makes a Decision for
// each image of a request. A Decision lists what has to be looked up, and turns
// what was found into a plan. All of them are functions of their arguments: they
// read no files and reach no network.
package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/dockerfile"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
)

// Input is what a user hands in: the spec, the projects of the context, and the
// request that came with the command line.
type Input struct {
	Spec    *spec.Spec // the whole file
	Context *project.Context
	Linked  []string   // files of the context that were read through symbolic links
	Lock    *spec.Lock // nil when the project has none
	Request Request
	// Dockerfiles are those of stages that the context has, by their paths.
	Dockerfiles map[string]dockerfile.File
}

// Request is what the client asked for in addition to the spec.
type Request struct {
	Platforms     []plan.Platform // what the image is for; at least one
	BuildPlatform plan.Platform   // where steps run
	BuildArgs     map[string]string
	Labels        map[string]string
	Target        string   // empty for the images
	Frontend      string   // the image of gohull that runs, as the spec names it; empty when the client does not tell
	Contexts      []string // names of build contexts other than the main one: "alpine:3.22", or "gocache::linux/arm64"
	Uncached      []string // ids of steps that run without cache; nil if the flag is not given, or is for all steps
	Offline       bool     // whether no step is to have a network
	Imports       bool     // whether the build imports a cache
	Asks          bool     // whether a question is asked: a stamp without a value then stays as it is written
	Revision      string   // the commit that the client finds checked out, "-dirty" behind it if files differ; empty when it does not tell
	NoRevision    string   // why nobody tells
	Source        string   // the repository's address; empty when it does not tell
	Branch        string   // that is checked out, where the context has .git; empty for none
	Version       string   // of the commit, by its tags; empty for none
	Describe      string   // what git describe says of the commit; empty if nobody looked, or for NoDescribe
	NoDescribe    string   // why that is unknown
	Releases      []string // all tags that are versions, as "v1.2.3"; nil if they are not known
}

// ContextNames returns the names of the build contexts other than the main one,
// without platforms.
func (r Request) ContextNames() []string {
	var names []string
	for _, given := range r.Contexts {
		name, _, _ := strings.Cut(given, "::")
		names = append(names, name)
	}
	return names
}

// values drops the places of strings.
func values(ss []spec.String) []string {
	var out []string
	for _, s := range ss {
		out = append(out, s.Value)
	}
	return out
}

// spans returns the lines of the spec, a file, on which ranges are. Ranges of
// other files, and values that were not written, have none.
func spans(file string, ranges ...diag.Range) []plan.Span {
	var out []plan.Span
	for _, r := range ranges {
		if r.File == file && r.Start.Line > 0 {
			out = append(out, plan.Span{First: r.Start.Line, Last: max(r.Start.Line, r.End.Line)})
		}
	}
	slices.SortFunc(out, func(a, b plan.Span) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last)) })
	out = slices.Compact(out)
	if out == nil {
		// A default stands for the whole file: its first line is the one that
		// brought gohull here.
		out = []plan.Span{{First: 1, Last: 1}}
	}
	return out
}
