package frontend

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/gateway/client"
	digest "github.com/opencontainers/go-digest"
)

// TestPanicIsAnError makes each call of the gateway panic, one after the other,
// in whichever goroutine the build makes it.
func TestPanicIsAnError(t *testing.T) {
	for name, opts := range map[string]map[string]string{
		"two platforms": {"platform": "linux/amd64,linux/arm64", "attest:sbom": ""},
		"all images":    {"target": "all"},
		"lock":          {"target": "lock"},
		"check":         {"requestid": "frontend.lint"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := panicAt(t, opts, -1)
			if calls < 4 {
				t.Fatalf("%d calls", calls)
			}
			for at := range calls {
				panicAt(t, opts, at)
			}
		})
	}
}

// panicAt runs a build in which one call panics, and returns the number of
// calls. If at is negative, no call panics.
func panicAt(t *testing.T, opts map[string]string, at int) int {
	t.Helper()
	files := mapFS(hello)
	files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\nimages: {a: {base: alpine}, b: {base: debian}}\n")}
	if opts["target"] == "" {
		files["Dockerfile"] = &fstest.MapFile{Data: []byte("# syntax=registry.example/gohull:1\nbase: alpine\n")}
	}
	g := &panicking{fakeGateway: &fakeGateway{files: files, opts: opts}, at: int64(at)}
	_, err := unreleased.Build(t.Context(), g)
	switch {
	case at < 0:
	case err == nil:
		t.Errorf("call %d panics, and the build does not fail", at)
	case !strings.Contains(err.Error(), "gohull failed: boom; this is a bug of gohull, please report it") || !strings.Contains(err.Error(), "panic_test.go:"):
		t.Errorf("call %d panics: %v", at, err)
	}
	return int(g.calls.Load())
}

// panicking is a gateway of which one call panics.
type panicking struct {
	*fakeGateway
	at    int64
	calls atomic.Int64
}

func (g *panicking) call() {
	if g.calls.Add(1)-1 == g.at {
		panic("boom")
	}
}

func (g *panicking) BuildOpts() client.BuildOpts {
	if g.calls.Load() == 0 {
		g.call()
	}
	return g.fakeGateway.BuildOpts()
}

func (g *panicking) Solve(ctx context.Context, req client.SolveRequest) (*client.Result, error) {
	g.call()
	return g.fakeGateway.Solve(ctx, req)
}

func (g *panicking) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	g.call()
	return g.fakeGateway.ResolveImageConfig(ctx, ref, opt)
}
