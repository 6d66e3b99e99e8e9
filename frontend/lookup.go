package frontend

import (
	"context"
	"fmt"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/internal/safe"
	lower "github.com/gohull/gohull/llb"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// lookUp looks up everything that a plan needs to know, side by side.
func (b *build) lookUp(ctx context.Context, q planner.Lookups, inputs lower.Inputs) (planner.Found, error) {
	var found planner.Found
	// Images share what is found, so a failure of one must not stop the others.
	eg := safe.NewGroup()
	eg.Go(func() (err error) {
		found.Facts, err = b.scan(ctx, q.Scan, inputs)
		return err
	})
	if q.Source != nil {
		eg.Go(func() error {
			// If this fails, the build fails in the same way and reports it.
			_, _ = b.solveRef(ctx, lower.Source(*q.Source, inputs), true)
			return nil
		})
	}
	var notFound error // an error of the scan is reported instead
	eg.Go(func() (err error) {
		found.Seeds, err = b.seeds(ctx, q.Platforms)
		return err
	})
	eg.Go(func() error { return b.loadDirs(ctx, q.Contexts) })
	eg.Go(func() (err error) {
		found.Archives, err = b.lookIntoArchives(ctx, q.Archives, inputs)
		return err
	})
	eg.Go(func() (err error) {
		found.Images, notFound, err = b.resolveImages(ctx, q.Images)
		if err == nil && notFound == nil {
			found.Packages, err = b.resolvePackages(ctx, q, found.Images, inputs)
		}
		if err == nil && notFound == nil {
			found.Looked, err = b.lookInside(ctx, q, found.Images, found.Packages, inputs)
		}
		return err
	})
	if err := eg.Wait(); err != nil {
		return found, err
	}
	return found, notFound
}

// scan runs the step that lists the packages of the context, once for all
// images that need the same list.
func (b *build) scan(ctx context.Context, s plan.Scan, inputs lower.Inputs) (step.Facts, error) {
	return b.scans.get(fmt.Sprintf("%+v", s), func() (step.Facts, error) {
		ref, err := b.evaluate(ctx, lower.Scan(s, inputs))
		if err != nil {
			return step.Facts{}, err
		}
		return readJSON[step.Facts](ctx, ref, step.FactsFile)
	})
}

// lookInside lists what images have, as far as the planner asks for it.
func (b *build) lookInside(ctx context.Context, q planner.Lookups, images map[planner.ImageKey]planner.Image, packages map[planner.PackagesKey][]step.OSPackage, inputs lower.Inputs) (map[planner.ImageKey][]step.Inode, error) {
	inputs.Contexts = b.contexts.states()
	found := gather[planner.ImageKey, []step.Inode](nil)
	for key, img := range images {
		look := q.LookAt(key, img, q.Added(key, packages))
		if look == nil {
			continue
		}
		found.find(key, func() ([]step.Inode, error) { return b.look(ctx, *look, inputs) })
	}
	return found.wait()
}

// lookIntoArchives lists what archives hold.
func (b *build) lookIntoArchives(ctx context.Context, looks []plan.Look, inputs lower.Inputs) (map[plan.Download][]step.Inode, error) {
	found := gather[plan.Download, []step.Inode](nil)
	for _, look := range looks {
		found.find(*look.Download, func() ([]step.Inode, error) { return b.look(ctx, look, inputs) })
	}
	return found.wait()
}

// look runs the step that looks into an image, once for all who need the same.
func (b *build) look(ctx context.Context, l plan.Look, inputs lower.Inputs) ([]step.Inode, error) {
	same := l
	same.At, same.Base.At = nil, nil
	key := fmt.Sprintf("%+v", same)
	if l.Packages != nil {
		key += fmt.Sprintf("%+v", *l.Packages)
	}
	if l.Download != nil {
		key = fmt.Sprintf("%+v", *l.Download)
	}
	return b.looks.get(key, func() ([]step.Inode, error) {
		ref, err := b.evaluate(ctx, lower.Look(l, inputs))
		if err != nil {
			return nil, err
		}
		return readJSON[[]step.Inode](ctx, ref, step.BaseFile)
	})
}
