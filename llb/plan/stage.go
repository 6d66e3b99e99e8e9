package plan

// Stage is a stage of a Dockerfile or, without a Dockerfile, a build context.
// The Dockerfile's own frontend builds it.
type Stage struct {
	Name       string
	Dockerfile string   // path below the context
	Target     string   // stage of the Dockerfile; empty for its last one
	Args       []string // build args, "KEY=value"
	Context    string   // directory of the context, or an address; empty for the context itself
	At         []Span
}

// Overlay puts files of a stage over the source. They replace what the context has at
// this path.
type Overlay struct {
	Step
	Image ImageRef // the stage
	From  string   // absolute there
	To    string   // below the context
}
