// Command gohull-frontend is a BuildKit frontend. It speaks the gateway
// protocol on stdin and stdout. The steps of a build run another program, see
// gohull-step.
package main

import (
	"fmt"
	"os"

	"github.com/gohull/gohull/frontend"
	"github.com/gohull/gohull/internal/visible"
	"github.com/moby/buildkit/frontend/gateway/grpcclient"
	"github.com/moby/buildkit/util/appcontext"
	_ "github.com/moby/buildkit/util/grpcutil/encoding/proto" // the codec that the gateway speaks
)

func main() {
	if err := grpcclient.RunFromEnvironment(appcontext.Context(), frontend.Build); err != nil {
		fmt.Fprintf(visible.NewWriter(os.Stderr), "gohull: %v\n", err)
		os.Exit(1)
	}
}
