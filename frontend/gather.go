package frontend

import (
	"maps"
	"sync"

	"github.com/gohull/gohull/internal/safe"
)

// gathering looks things up side by side, and collects them by key. A failure of
// one does not stop the others: images share what is found.
type gathering[K comparable, V any] struct {
	group *safe.Group
	mu    sync.Mutex
	found map[K]V
}

// gather returns a gathering that starts with what is known.
func gather[K comparable, V any](known map[K]V) *gathering[K, V] {
	g := &gathering[K, V]{group: safe.NewGroup(), found: map[K]V{}}
	maps.Copy(g.found, known)
	return g
}

// find starts a look-up for a key.
func (g *gathering[K, V]) find(key K, look func() (V, error)) {
	g.group.Go(func() error {
		v, err := look()
		g.mu.Lock()
		defer g.mu.Unlock()
		g.found[key] = v
		return err
	})
}

// wait waits for all look-ups, and returns the first error.
func (g *gathering[K, V]) wait() (map[K]V, error) {
	err := g.group.Wait()
	return g.found, err
}
