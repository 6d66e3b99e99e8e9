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
	// The image's config has the variable. The version is no part of the program,
	// so a release does not change a program that stays the same.
	f := frontend.Frontend{Release: os.Getenv("GOHULL_VERSION")}
	if err := grpcclient.RunFromEnvironment(appcontext.Context(), f.Build); err != nil {
		fmt.Fprintf(visible.NewWriter(os.Stderr), "gohull: %v\n", err)
		os.Exit(1)
	}
}
