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

// warnProvenance warns of passwords in proxy settings if the provenance of the
// image lists them. The client adds them to the provenance, so no frontend can
// remove them.
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

// listsArgs reports whether the provenance of a build lists its build args. It
// does with mode=max, which is BuildKit's default.
func listsArgs(opts map[string]string) bool {
	all, err := attestations.Parse(attestations.Filter(opts))
	attrs, ok := all[attestations.KeyTypeProvenance]
	return err == nil && ok && attrs["mode"] != "min"
}
