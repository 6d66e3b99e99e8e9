package llb

import (
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// compiled is what a compile leaves.
type compiled struct {
	binaries llb.State
	static   llb.State // has step.StaticDir if no binary needs a dynamic linker
}

// compile mounts the dynamic linker that the binaries start through, if there
// is one.
func (l lowering) compile(c plan.Compile, src sources, linker ...llb.RunOption) compiled {
	start, packs := l.start(c.Start, src)
	verb := &step.Go{Epoch: c.Epoch, Start: start, Linker: len(linker) > 0, Binaries: made(c.Binaries), Args: c.Args}
	if c.Checkout != nil {
		verb.Checkout = step.Checkout(*c.Checkout)
	}
	s := l.exec(l.slim, c.Step, verb,
		l.mounts,
		src.closure(),
		src.modules,
		packs,
		llb.Dir(l.dir()),
		l.gocache(c.Step),
		options(linker),
	)
	return compiled{
		binaries: s.AddMount(step.Out, llb.Scratch()),
		static:   s.AddMount(step.Static, llb.Scratch()),
	}
}

func made(binaries []plan.Binary) []string {
	var all []string
	for _, b := range binaries {
		all = append(all, b.Made)
	}
	return all
}
