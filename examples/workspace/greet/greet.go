// Package greet is shared by the workspace's programs.
package greet

// To is a greeting for someone.
func To(name string) string { return "Hello, " + name + "!" }
