// Command gohull-frontend is the program of the frontend image. Without
// arguments it is a BuildKit frontend that speaks the gateway protocol on
// stdin and stdout; with arguments it is the program that runs inside the
// steps of a build (see package step).
package main

import (
	"fmt"
	"os"

	"github.com/gohull/gohull/frontend"
	"github.com/moby/buildkit/frontend/gateway/grpcclient"
	"github.com/moby/buildkit/util/appcontext"
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto" // the codec that the gateway speaks
)

func main() {
	if len(os.Args) > 1 {
		os.Exit(runTool(os.Args[1:]))
	}
	if err := grpcclient.RunFromEnvironment(appcontext.Context(), frontend.Build); err != nil {
		fmt.Fprintf(stderr, "gohull: %v\n", err)
		os.Exit(1)
	}
}
