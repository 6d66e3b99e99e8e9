package question

import (
	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/rules"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
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
	Contents                // the plans, and what the images are made of
	Definitions             // the plans, lowered to LLB
)

// Known is what is known about a build. Question.From says which fields are
// set.
type Known struct {
	Release string // "1.2.3"; empty if this gohull is no release

	Input planner.Input
	Text  *llb.SourceMap    // the spec
	Files map[string][]byte // the spec and the project's files, by name

	Decisions planner.Decisions
	Call      CallOptions

	Findings []rules.Finding
	Strict   bool        // whether findings are errors
	Wrong    diag.Errors // what keeps the build from being planned

	Images []PlannedImage
	Ignore string            // path of the ignore file below the build context; empty for none, or if it is elsewhere
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
	Contents []Content // for each of its platforms
}

// Content is what an image is made of for one platform.
type Content struct {
	Recipe string // digest of how it is made
	Config *dockerspec.DockerOCIImage
	Parts  step.Parts
}

// Definition is what a build hands to BuildKit for an image or a check.
type Definition struct {
	Name string // "image linux/amd64", "check vet"
	*llb.Definition
}
