package frontend

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	fstypes "github.com/tonistiigi/fsutil/types"
)

// leftBehind is a gateway whose scan fails and leaves something else than its
// report.
type leftBehind struct {
	*fakeGateway
	mode fs.FileMode
	size int64
	data []byte
}

func (g *leftBehind) Solve(ctx context.Context, req client.SolveRequest) (*client.Result, error) {
	op := lastOp(req.Definition)
	mounts := op.GetExec().GetMounts()
	if len(mounts) == 0 {
		return g.fakeGateway.Solve(ctx, req)
	}
	ids := make([]string, len(mounts))
	for i := range ids {
		ids[i] = mounts[i].Dest
	}
	return nil, &errdefs.SolveError{
		Solve: &errdefs.Solve{MountIDs: ids, Op: op},
		Err:   errors.New("the step failed"),
	}
}

func (g *leftBehind) NewContainer(_ context.Context, req client.NewContainerRequest) (client.Container, error) {
	if req.Mounts[0].ResultID != step.Report {
		return nil, errors.New("another mount was asked for: " + req.Mounts[0].ResultID)
	}
	return &leftContainer{of: g}, nil
}

type leftContainer struct {
	client.Container
	of *leftBehind
}

func (c *leftContainer) Release(context.Context) error { return nil }

func (c *leftContainer) StatFile(context.Context, client.StatContainerRequest) (*fstypes.Stat, error) {
	return &fstypes.Stat{Mode: uint32(c.of.mode), Size: c.of.size}, nil
}

func (c *leftContainer) ReadFile(context.Context, client.ReadContainerRequest) ([]byte, error) {
	if !c.of.mode.IsRegular() {
		panic("this would wait for ever")
	}
	return c.of.data, nil
}

// TestReports: whatever a step leaves instead of its report, the build fails
// soon, with an error of readable length.
func TestReports(t *testing.T) {
	many := step.Failure{Command: "go test", Total: 1}
	for range 10_000 {
		many.Errors = append(many.Errors, step.Error{Message: strings.Repeat("é", 100)})
	}
	long := step.Failure{Command: "go test", Total: 1, Errors: []step.Error{{Message: strings.Repeat("é", 1e6)}}}
	for name, c := range map[string]struct {
		mode fs.FileMode
		size int64
		left any
		want string
	}{
		"a report":       {0o644, 100, step.Failure{Command: "scan", Errors: []step.Error{{Message: "a message"}}}, "a message"},
		"a pipe":         {fs.ModeNamedPipe | 0o644, 0, nil, "the step failed"},
		"a link":         {fs.ModeSymlink | 0o777, 0, nil, "the step failed"},
		"a device":       {fs.ModeDevice | 0o644, 0, nil, "the step failed"},
		"a large file":   {0o644, 1 << 40, step.Failure{Command: "scan", Errors: []step.Error{{Message: "not read"}}}, "the step failed"},
		"no JSON":        {0o644, 100, nil, "the step failed"},
		"many errors":    {0o644, 100, many, "éé"},
		"a long message": {0o644, 100, long, "éé…"},
	} {
		t.Run(name, func(t *testing.T) {
			g := &leftBehind{fakeGateway: &fakeGateway{files: mapFS(hello), opts: map[string]string{}}, mode: c.mode, size: c.size}
			if c.left != nil {
				var err error
				if g.data, err = json.Marshal(c.left); err != nil {
					t.Fatal(err)
				}
			}
			_, err := unreleased.Build(t.Context(), g)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %.300v, want %s", err, c.want)
			}
			if n := len(err.Error()); n > 64<<10 {
				t.Errorf("the message has %d bytes", n)
			}
		})
	}
}
