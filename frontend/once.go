package frontend

import (
	"sync"

	"github.com/gohull/gohull/internal/safe"
)

// once finds each value once, however many images ask for it. Its zero value is
// ready.
type once[K comparable, V any] struct {
	mu    sync.Mutex
	found map[K]func() (V, error)
}

// get returns the value of a key. The first caller's function finds it.
func (o *once[K, V]) get(key K, find func() (V, error)) (V, error) {
	o.mu.Lock()
	if o.found == nil {
		o.found = map[K]func() (V, error){}
	}
	answer, ok := o.found[key]
	if !ok {
		answer = sync.OnceValues(func() (v V, err error) {
			err = safe.Do(func() (err error) {
				v, err = find()
				return err
			})
			return v, err
		})
		o.found[key] = answer
	}
	o.mu.Unlock()
	return answer()
}
