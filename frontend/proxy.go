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
