package run

import (
	"context"
	"os/signal"
	"syscall"
	"time"

	"github.com/gohull/gohull/llb/step"
	"github.com/gohull/gohull/llb/step/check/vuln"
	"github.com/gohull/gohull/llb/step/fetch/toolchain"
)

// pause is how long a download waits before it tries again.
const pause = time.Second

// interrupted returns a context that ends when the daemon stops the step.
func interrupted() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
}

func fetchToolchain(e Env, v step.Toolchain) error {
	ctx, stop := interrupted()
	defer stop()
	return toolchain.Fetch(ctx, toolchain.Request{
		Toolchain: v,
		Out:       e.at(step.Out),
		Temp:      e.at(step.Temp),
		CA:        e.secret(step.SecretCA),
		Netrc:     e.secret(step.SecretNetrc),
		Env:       e.Vars,
		Log:       e.Stderr,
	})
}

func fetchVulnerabilities(e Env, v step.VulnDB) error {
	ctx, stop := interrupted()
	defer stop()
	return vuln.Pick(ctx, vuln.Job{
		VulnDB: v,
		Source: e.at(step.Source),
		Dir:    e.at(step.VulnDir),
		Out:    e.at(step.Out),
		CA:     e.secret(step.SecretCA),
		Netrc:  e.secret(step.SecretNetrc),
		Log:    e.Stderr,
	})
}
