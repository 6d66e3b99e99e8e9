package frontend

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
)

// readEpoch gives the time of the build context for the word that
// stands for it, as the Dockerfile frontend does. Where that leaves the time
// out, here it is an error: who asks for a time would get another one.
func (b *build) readEpoch(ctx context.Context) error {
	if b.ui.BuildArgs[planner.EpochArg] != planner.EpochOfContext {
		return nil
	}
	t, err := b.ui.ResolveMainContextSourceDateEpoch(ctx)
	if err != nil {
		return fmt.Errorf("build arg %s is %s: the time of the build context: %w", planner.EpochArg, planner.EpochOfContext, err)
	}
	if t == nil {
		return diag.Errors{{
			Message: fmt.Sprintf("build arg %s is %s, and the build context has no time of its own: a git repository's address has that of its commit, an archive's that of its files", planner.EpochArg, planner.EpochOfContext),
			Hint:    "for a directory, pass the commit's: --build-arg " + planner.EpochArg + "=$(git log -1 --format=%ct)",
		}}
	}
	b.ui.BuildArgs[planner.EpochArg] = strconv.FormatInt(t.Unix(), 10)
	return nil
}
