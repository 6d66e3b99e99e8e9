// Command gohull-step runs inside the steps of a build. It is a program of its
// own, next to the frontend in its image, so that a new frontend with the same
// steps leaves every step CACHED.
package main

import (
	"os"

	"github.com/gohull/gohull/llb/step/run"
)

func main() {
	env := run.Env{Root: "/", Vars: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(run.Program(env, os.Args))
}
