package frontend

import (
	"context"
	"fmt"
	"sync"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// lookAll looks at the bases of all platforms side by side, if the planner
// asks for it.
func (b *build) lookAll(ctx context.Context, q planner.Lookups, images map[planner.ImageKey]planner.Image, inputs lower.Inputs) (map[plan.Platform][]step.Inode, error) {
	if q.Look == nil {
		return nil, nil
	}
	inputs.Contexts = b.contexts.states()
	found := map[plan.Platform][]step.Inode{}
	var mu sync.Mutex
	eg := safe.NewGroup()
	for key, img := range images {
		if key.Use != planner.UseBase {
			continue
		}
		eg.Go(func() error {
			inodes, err := b.look(ctx, q.LookAt(key, img), inputs)
			mu.Lock()
			defer mu.Unlock()
			found[key.Platform] = inodes
			return err
		})
	}
	err := eg.Wait()
	return found, err
}

// look has a base looked at, in a step of the build that images share for
// which it is the same.
func (b *build) look(ctx context.Context, l plan.Look, inputs lower.Inputs) ([]step.Inode, error) {
	same := l
	same.At, same.Base.At = nil, nil
	return b.looks.get(fmt.Sprintf("%+v", same), func() ([]step.Inode, error) {
		ref, err := b.evaluate(ctx, lower.Look(l, inputs))
		if err != nil {
			return nil, err
		}
		return readJSON[[]step.Inode](ctx, ref, step.BaseFile)
	})
}
