package frontend

import (
	"context"

	"github.com/gohull/gohull/frontend/checkout"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
)

// readCheckout adds to a request what the repository in the context says, if
// the ignore file includes it with "!.git". A commit that the client sends
// takes precedence.
func (b *build) readCheckout(ctx context.Context, req *planner.Request) error {
	if _, hidden := b.ignored.Hides(checkout.Dir); hidden {
		return nil
	}
	files := project.Files{}
	add := func(name string, data []byte) {
		if _, hidden := b.ignored.Hides(name); !hidden {
			files[name] = data
		}
	}
	if err := b.readBelow(ctx, checkout.Dir, checkout.Names(), add); err != nil {
		return err
	}
	if objects := checkout.Objects(files); objects != nil {
		if err := b.readBelow(ctx, "tags", objects, add); err != nil {
			return err
		}
	}
	c := checkout.Read(files)
	if req.Revision == "" {
		req.Revision = c.Commit
	}
	req.Branch, req.Version, req.Releases = c.Branch, c.Version, c.Versions
	return b.describe(ctx, files, req)
}

// readBelow adds the named files of the context, and all files below the named
// directories.
func (b *build) readBelow(ctx context.Context, kind string, names []string, add func(string, []byte)) error {
	t, err := b.transfer(ctx, kind, names)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := t.readBelow(ctx, name, add); err != nil {
			return err
		}
	}
	return nil
}
