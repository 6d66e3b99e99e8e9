// Package jobs is what the services of this repository share.
package jobs

// Name returns the name of a job for people.
func Name(id string) string { return "job " + id }
