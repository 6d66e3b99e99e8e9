package llb

import (
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Ids of the cache mounts. They are part of what users rely on: another id is
// an empty cache.
const (
	modCacheID = "gohull/modules"
	goCacheID  = "gohull/objects"
)

// gocache mounts the GOCACHE of a step.
func (l lowering) gocache(s plan.Step) llb.RunOption {
	return l.cache(step.Cache, s.Caches, goCacheID, s.Caches.Go)
}

// modcache mounts the GOMODCACHE of a step that fetches.
func (l lowering) modcache(s plan.Step) llb.RunOption {
	return l.cache(step.ModCache, s.Caches, modCacheID, s.Caches.Go, s.Caches.From)
}

// cache mounts a cache of the builder, or, for a step that shares none, an
// empty directory that is dropped when the step ends.
func (l lowering) cache(dest string, c plan.Caches, id ...string) llb.RunOption {
	if c.Alone != "" {
		return llb.AddMount(dest, llb.Scratch(), llb.ForceNoOutput)
	}
	id = append([]string{l.in.CacheNS}, id...)
	return llb.AddMount(dest, llb.Scratch(), llb.AsPersistentCacheDir(path.Join(id...), llb.CacheMountShared))
}
