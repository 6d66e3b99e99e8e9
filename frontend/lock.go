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
	"github.com/moby/buildkit/frontend/gateway/client"
)

// lock writes the lock. An existing lock has no influence. The lock is one file
// for all platforms, so the result has none.
func (b *build) lock(ctx context.Context, d *planner.LockDecision) (*client.Result, error) {
	lookups, err := d.Lookups()
	if err != nil {
		return nil, err
	}
	b.stages.add(d.Stages())
	found, err := b.lookUpLock(ctx, lookups)
	if err != nil {
		return nil, err
	}
	programs, err := d.Programs(found.Images)
	if err != nil {
		return nil, err
	}
	if found.Programs, err = b.fetchedPrograms(ctx, programs); err != nil {
		return nil, err
	}
	if found.Packages, err = b.lockedPackages(ctx, d.Packages(found.Images), found.Images); err != nil {
		return nil, err
	}
	file, err := d.File(found)
	if err != nil {
		return nil, err
	}
	ref, err := b.solveRef(ctx, lower.File(file), false)
	if err != nil {
		return nil, err
	}
	res := client.NewResult()
	res.SetRef(ref)
	return res, nil
}

func (b *build) lookUpLock(ctx context.Context, q planner.LockLookups) (planner.LockFound, error) {
	found := planner.LockFound{Toolchains: map[planner.ToolchainKey]step.Fetched{}}
	inputs, err := b.inputs(ctx)
	if err != nil {
		return found, err
	}
	var mu sync.Mutex
	eg, egCtx := safe.WithContext(ctx)
	for _, t := range q.Toolchains {
		eg.Go(func() error {
			fetched, err := b.fetched(egCtx, *t, inputs)
			mu.Lock()
			defer mu.Unlock()
			found.Toolchains[planner.ToolchainKey{Version: t.Version, Platform: t.Platform}] = fetched
			return err
		})
	}
	if err := eg.Wait(); err != nil {
		return found, err
	}
	var notFound error
	found.Images, notFound, err = b.resolveImages(ctx, q.Images)
	if err == nil && notFound == nil {
		b.warnUnlocked(ctx, q.Images, found.Images)
	}
	return found, joinErrors(err, notFound)
}

// warnUnlocked warns of images that are missing in the lock for some platforms:
// a builder of such a platform cannot use the lock.
func (b *build) warnUnlocked(ctx context.Context, keys []planner.ImageKey, found map[planner.ImageKey]planner.Image) {
	for _, key := range keys {
		if _, ok := found[key]; ok {
			continue
		}
		b.warn(ctx, fmt.Sprintf("the lock has no %s for %s: %s does not exist for that platform, so builders of that platform cannot use the lock", key.Use, key.Platform, key.Ref), b.excerptOf(key.At))
	}
}

// fetchedPrograms builds programs, and returns what they were built from, by
// package and version.
func (b *build) fetchedPrograms(ctx context.Context, programs []planner.LockProgram) (map[string]step.Fetched, error) {
	inputs, err := b.inputs(ctx)
	if err != nil {
		return nil, err
	}
	inputs.Contexts = b.contexts.states()
	found := gather[string, step.Fetched](nil)
	for _, p := range programs {
		found.find(p.Program.Package, func() (step.Fetched, error) {
			ref, err := b.evaluate(ctx, lower.Program(p.Toolchain, p.Program, inputs))
			if err != nil {
				return step.Fetched{}, err
			}
			return readJSON[step.Fetched](ctx, ref, step.ModuleFile)
		})
	}
	return found.wait()
}

// fetched runs the step that fetches a toolchain, and returns what it fetched.
func (b *build) fetched(ctx context.Context, t plan.ModuleToolchain, inputs lower.Inputs) (step.Fetched, error) {
	ref, err := b.evaluate(ctx, lower.Toolchain(t, inputs))
	if err != nil {
		return step.Fetched{}, err
	}
	return readJSON[step.Fetched](ctx, ref, step.GoFile)
}
