package frontend

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/gohull/gohull/frontend/netenv"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/frontend/attestations"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/pb"
)

// warnProvenance warns of passwords in proxy settings where the provenance of
// the image lists them. They come from the client, so that no frontend can
// keep them out.
func (b *build) warnProvenance(ctx context.Context) {
	if !listsArgs(b.ui.BuildOpts().Opts) {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(b.ui.BuildArgs)) {
		host, ok := netenv.CredentialsHost(b.ui.BuildArgs[name])
		if ok && planner.IsProxy(name) {
			b.source.Warn(ctx, fmt.Sprintf("build arg %s: its credentials for %s will be in the provenance, which lists all build args with mode=max; "+
				"build with --provenance=mode=min, or name a proxy that asks for none", name, host), client.WarnOpts{})
		}
	}
}

// listsArgs reports whether the provenance of a build lists its build args:
// mode=max, which is what BuildKit takes without a mode, does.
func listsArgs(opts map[string]string) bool {
	all, err := attestations.Parse(attestations.Filter(opts))
	attrs, ok := all[attestations.KeyTypeProvenance]
	return err == nil && ok && attrs["mode"] != "min"
}

// withoutPasswords is an operation without the passwords of its proxy
// settings, for people to see.
func withoutPasswords(op *pb.Op) *pb.Op {
	env := op.GetExec().GetMeta().GetProxyEnv()
	if env == nil {
		return op
	}
	shown := op.CloneVT()
	env = shown.GetExec().GetMeta().GetProxyEnv()
	for _, value := range []*string{&env.HttpProxy, &env.HttpsProxy, &env.FtpProxy, &env.AllProxy} {
		*value = netenv.Redact(*value)
	}
	return shown
}
