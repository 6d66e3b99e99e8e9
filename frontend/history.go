package frontend

import (
	"bytes"
	"context"
	"maps"
	"path"
	"slices"

	"github.com/moby/buildkit/frontend/gateway/client"

	"github.com/gohull/gohull/frontend/checkout"
	"github.com/gohull/gohull/frontend/planner"
	"github.com/gohull/gohull/frontend/stamp"
)

// describe adds to a request what git describe says, if the spec needs it. It reads
// the objects of the repository, which may be many, so it looks for the words in the
// text of the spec first.
func (b *build) describe(ctx context.Context, files map[string][]byte, req *planner.Request) error {
	text := b.source.Data
	needs := slices.Contains(stamp.Named(string(text)), "Describe") || bytes.Contains(text, []byte("vcs"))
	if !needs || req.BuildArgs["DESCRIBE"] != "" {
		return nil
	}
	t, err := b.transfer(ctx, "history", checkout.HistoryFiles())
	if err != nil {
		return err
	}
	h := checkout.History{Files: files, Read: b.historyReader(ctx, t)}
	if entry, err := t.entry(ctx, checkout.PackDir); entry != nil && err == nil {
		packs, err := t.list(ctx, checkout.PackDir)
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(packs)) {
			h.Names = append(h.Names, path.Join(checkout.PackDir, name))
		}
	}
	req.Describe, req.NoDescribe, err = checkout.Describe(h)
	return err
}

// historyReader reads parts of files that the ignore file does not hide.
func (b *build) historyReader(ctx context.Context, t *tree) checkout.Reader {
	return func(name string, offset int64, n int) ([]byte, error) {
		if _, hidden := b.ignored.Hides(name); hidden {
			return nil, nil
		}
		t.links = 0
		entry, err := t.entry(ctx, name)
		if entry == nil || err != nil {
			return nil, err
		}
		if reason := notRegular(entry); reason != "" || offset >= entry.Size {
			return nil, nil
		}
		part := &client.FileRange{Offset: int(offset), Length: n}
		data, err := t.ref.ReadFile(ctx, client.ReadRequest{Filename: name, Range: part})
		if err != nil {
			return nil, t.failed(name, err)
		}
		return data, nil
	}
}
