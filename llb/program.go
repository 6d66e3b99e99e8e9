package llb

import (
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// program is the file system that holds a program of another module. Nothing
// of the context has a part in it, so that projects share it.
func (l lowering) program(p plan.Program) llb.State {
	return l.run(l.root, p.Step, &step.Program{Path: p.Path, Args: p.Args},
		l.mounts,
		l.modcache(p.Step),
		l.gocache(p.Step),
	)
}
