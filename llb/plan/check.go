package plan

// Check is a step that looks at the project and makes nothing of the image.
type Check struct {
	Step
	Kind    CheckKind
	Modules []string // folders of the project's modules: ".", "api"
	Fix     bool     // whether it gives the corrected files, and does not fail
}

// CheckKind is what a check looks at.
type CheckKind int

// The kinds of checks.
const (
	Tidy   CheckKind = iota // go.mod and go.sum are as `go mod tidy` leaves them
	Verify                  // modules are what go.sum says
)
