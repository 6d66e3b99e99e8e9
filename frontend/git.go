package frontend

import (
	"context"
	"path"

	"github.com/gohull/gohull/frontend/checkout"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/project"
	"github.com/moby/buildkit/frontend/gateway/client"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// readCheckout adds to a request what the context's own repository says, if
// the user has taken it in with "!.git". What the client says of the commit
// goes before.
func (b *build) readCheckout(ctx context.Context, req *planner.Request) error {
	hidden, err := b.ignored.hides(checkout.Dir)
	if hidden || err != nil {
		return err
	}
	files := project.Files{}
	st, err := b.contextFiles(ctx, checkout.Dir, checkout.Names())
	if err != nil {
		return err
	}
	ref, err := b.solveRef(ctx, *st, false)
	if err != nil {
		return err
	}
	for _, name := range checkout.Names() {
		if err := readBelow(ctx, ref, name, files); err != nil {
			return err
		}
	}
	if objects := checkout.Objects(files); objects != nil {
		if err := b.readFiles(ctx, b.contextFiles, "tags", objects, files); err != nil {
			return err
		}
	}
	c := checkout.Read(files)
	if req.Revision == "" {
		req.Revision = c.Commit
	}
	req.Branch, req.Version, req.Releases = c.Branch, c.Version, c.Versions
	return nil
}

// readBelow adds a file, or all files below a folder; one that is not there
// adds nothing.
func readBelow(ctx context.Context, ref client.Reference, name string, files project.Files) error {
	stat, err := ref.StatFile(ctx, client.StatRequest{Path: name})
	if err != nil {
		return nil // the gateway does not tell what is missing from what fails
	}
	if !stat.IsDir() {
		data, ok, err := readFile(ctx, ref, name)
		if ok {
			files[name] = data
		}
		return err
	}
	entries, err := ref.ReadDir(ctx, client.ReadDirRequest{Path: name})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := readBelow(ctx, ref, path.Join(name, base(e)), files); err != nil {
			return err
		}
	}
	return nil
}

func base(e *fstypes.Stat) string { return path.Base(e.Path) }
