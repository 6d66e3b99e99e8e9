package planner

// Target is what a build can be for.
type Target struct {
	Name        string // as --target takes it
	Description string
	Default     bool // whether it is built when none is asked for
}

// Targets lists the targets, the default one first.
func Targets() []Target {
	return []Target{
		{Name: "image", Description: "the image", Default: true},
	}
}
