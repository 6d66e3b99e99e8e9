package question

import (
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
)

// From says what a question is answered from.
type From int

// What a question is answered from. All except Nothing include Spec, and
// those after Spec include Decisions.
const (
	Nothing     From = iota // what the program knows itself
	Spec                    // the spec, the project's files and the request
	Decisions               // what the planner decides
	Call                    // the flags of the call
	Findings                // what the rules find, and what is wrong with the build
	Plans                   // the plans
	Definitions             // the plans, lowered to LLB
)

// Known is what is known about a build. Question.From says which fields are
// set.
type Known struct {
	Input planner.Input
	Text  *llb.SourceMap    // the spec
	Files map[string][]byte // the spec and the project's files, by name

	Decisions planner.Decisions
	Call      CallOptions

	Findings []rules.Finding
	Strict   bool        // whether findings are errors
	Wrong    diag.Errors // what keeps the build from being planned

	Images []PlannedImage
	Checks []*plan.CheckPlan // of each project, if the target is a check

	Definitions []Definition
}

// CallOptions are the flags of a call as far as clients pass them on.
type CallOptions struct {
	Options  map[string]string // by BuildKit's names: "no-cache"
	Caches   []Cache           // of --cache-from
	Unbaked  []string          // flags that a bake file has no key for: "--cgroup-parent"
	SpecPath string            // of the spec below the build context; empty if it is not there
}

// Cache is a cache that the build imports.
type Cache struct {
	Type       string // "registry"
	Attributes map[string]string
}

// PlannedImage is an image with its plan.
type PlannedImage struct {
	Decision *planner.Decision
	Plan     *plan.Plan
}

// Definition is what a build hands to BuildKit for an image or a check.
type Definition struct {
	Name string // "image linux/amd64", "check vet"
	*llb.Definition
}
