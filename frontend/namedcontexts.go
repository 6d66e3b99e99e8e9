package frontend

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// loadContext loads the build context with a name. The result is nil if there
// is none for the platform. The platform may be nil for a context without
// platforms.
func (b *build) loadContext(ctx context.Context, name string, p *ocispecs.Platform) (*llb.State, error) {
	named, err := b.ui.NamedContext(name, dockerui.ContextOpt{
		Platform:    p,
		ResolveMode: b.ui.ImageResolveMode.String(),
	})
	if named == nil || err != nil {
		return nil, err
	}
	st, _, err := named.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the build context %s: %w", name, err)
	}
	return st, nil
}

// seeds loads the build contexts that bring compiled packages, by platform.
func (b *build) seeds(ctx context.Context, targets []plan.Platform) (map[plan.Platform]string, error) {
	seeds := map[plan.Platform]string{}
	for _, target := range targets {
		st, err := b.loadContext(ctx, planner.SeedContext, ociPlatform(target))
		if err != nil {
			return nil, err
		}
		if st == nil {
			continue
		}
		seeds[target] = fmt.Sprintf("%s::%s", planner.SeedContext, target)
		b.contexts.add(seeds[target], *st)
	}
	return seeds, nil
}

// loadDirs loads the build contexts that steps read as directories.
func (b *build) loadDirs(ctx context.Context, names []string) error {
	for _, name := range names {
		st, err := b.loadContext(ctx, name, nil)
		if err != nil {
			return err
		}
		if st == nil {
			return fmt.Errorf("the build context %s is for another platform than that of this build", name)
		}
		b.contexts.add(name, *st)
	}
	return nil
}

// namedContexts collects the build contexts that the client added.
type namedContexts struct {
	mu     sync.Mutex
	loaded map[string]llb.State
}

func (n *namedContexts) add(name string, st llb.State) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.loaded == nil {
		n.loaded = map[string]llb.State{}
	}
	n.loaded[name] = st
}

func (n *namedContexts) states() map[string]llb.State {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.loaded)
}
