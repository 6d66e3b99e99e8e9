package frontend

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gohull/gohull/frontend/planner"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/gateway/client"
)

// marshal returns the definition of a state for this daemon. BuildKit sorts the
// mounts of a step while it writes them, and states share steps: so one state
// is marshalled at a time.
func (b *build) marshal(ctx context.Context, st llb.State) (*llb.Definition, error) {
	b.marshalling.Lock()
	defer b.marshalling.Unlock()
	def, err := st.Marshal(ctx, llb.WithCaps(b.ui.BuildOpts().LLBCaps))
	if err != nil {
		return nil, err
	}
	if b.stepNames == nil {
		b.stepNames = map[string]string{}
	}
	for dgst, metadata := range def.Metadata {
		if name := metadata.Description[customName]; name != "" {
			b.stepNames[string(dgst)] = name
		}
	}
	return def, nil
}

// customName is where a vertex has its name, in its description.
const customName = "llb.customname"

// solveRef solves a state to its only ref.
func (b *build) solveRef(ctx context.Context, st llb.State, evaluate bool) (client.Reference, error) {
	def, err := b.marshal(ctx, st)
	if err != nil {
		return nil, err
	}
	res, err := b.c.Solve(ctx, client.SolveRequest{
		Definition:   def.ToPB(),
		CacheImports: b.ui.CacheImports,
		Evaluate:     evaluate,
	})
	if err != nil {
		return nil, err
	}
	return res.SingleRef()
}

// evaluate solves a state and waits for it, so that a failure is returned here
// and can be explained.
func (b *build) evaluate(ctx context.Context, st llb.State) (client.Reference, error) {
	ref, err := b.solveRef(ctx, st, true)
	if err != nil {
		return nil, b.explainFailure(ctx, err)
	}
	return ref, nil
}

// readJSON reads a file that a step left for the frontend.
func readJSON[T any](ctx context.Context, ref client.Reference, name string) (v T, err error) {
	data, err := dockerui.ReadFile(ctx, ref, name)
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		return v, fmt.Errorf("a step left no %s that can be read (%w); run all steps again with --build-arg %s=<any text>", name, err, planner.RerunArg)
	}
	return v, nil
}
