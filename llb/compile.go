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
	root := l.slim
	if c.Toolexec != nil {
		root = l.goroot // A tool may run anything of Go.
	}
	s := l.exec(root, c.Step, verb,
		l.mounts,
		src.closure(),
		src.modules,
		packs,
		llb.Dir(l.dir()),
		l.gocache(c.Step),
		l.toolexec(c.Toolexec),
		options(linker),
	)
	return compiled{
		binaries: s.AddMount(step.Out, llb.Scratch()),
		static:   s.AddMount(step.Static, llb.Scratch()),
	}
}

// toolexec mounts the tool that runs Go's tools.
func (l lowering) toolexec(t *plan.Toolexec) llb.RunOption {
	if t == nil {
		return options{}
	}
	src := l.gather(t.Sources)
	built := l.run(l.slim, t.Step, &step.Go{Args: t.Args}, l.mounts, src.closure(), src.modules, llb.Dir(l.dir()), l.gocache(t.Step))
	return llb.AddMount(step.Programs, built, llb.Readonly)
}

func made(binaries []plan.Binary) []string {
	var all []string
	for _, b := range binaries {
		all = append(all, b.Made)
	}
	return all
}
