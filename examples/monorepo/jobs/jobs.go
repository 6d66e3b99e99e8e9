// Package jobs is what the services of this repository share.
package jobs

// Job is a piece of work.
type Job struct{ Name string }

// String names it for people.
func (j Job) String() string { return "job " + j.Name }
