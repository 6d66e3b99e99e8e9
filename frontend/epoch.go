package frontend

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/planner"
)

// readEpoch replaces the value `context` of SOURCE_DATE_EPOCH with the time of
// the build context. If the context has no time, the Dockerfile frontend
// ignores the build arg. Here that is an error: the image would have another
// time than asked for.
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
			Message: fmt.Sprintf("build arg %s is %s, but the build context has no time: only the address of a git repository has one, of its commit, and that of an archive, of its files; BuildKit 0.26 and newer report it", planner.EpochArg, planner.EpochOfContext),
			Hint:    "for a directory, pass the time of its commit: --build-arg " + planner.EpochArg + "=$(git log -1 --format=%ct)",
		}}
	}
	b.ui.BuildArgs[planner.EpochArg] = strconv.FormatInt(t.Unix(), 10)
	return nil
}
