// Command gohull-frontend is the program of the frontend image. Without
// arguments it is a BuildKit frontend that speaks the gateway protocol on
// stdin and stdout; with arguments it is the program that runs inside the
// steps of a build (see package step).
package main

import (
	"fmt"
	"os"

	"github.com/gohull/gohull/frontend"
	"github.com/gohull/gohull/internal/visible"
	"github.com/gohull/gohull/llb/step/run"
	"github.com/moby/buildkit/frontend/gateway/grpcclient"
	"github.com/moby/buildkit/util/appcontext"
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto" // the codec that the gateway speaks
)

func main() {
	if len(os.Args) > 1 {
		env := run.Env{Root: "/", Vars: os.Environ(), Stdout: os.Stdout, Stderr: os.Stderr}
		os.Exit(run.Run(env, os.Args[1:]))
	}
	if err := grpcclient.RunFromEnvironment(appcontext.Context(), frontend.Build); err != nil {
		fmt.Fprintf(visible.NewWriter(os.Stderr), "gohull: %v\n", err)
		os.Exit(1)
	}
}
