package planner

import (
	"fmt"
	"path"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/goflag"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
)

// toolexec plans the tool that runs Go's compiler and linker; nil for none. It is
// built for the builder, from its own source: an edit of the project's packages
// builds no tool again.
func (p planning) toolexec() *plan.Toolexec {
	written := p.spec.Build.Toolexec
	if len(written) == 0 {
		return nil
	}
	tool, _ := findTool(p.Project, written[0].Value)
	name := gomod.ProgramName(tool)
	here := []plan.Platform{p.Request.BuildPlatform}
	source := sourceStep(p.spec, "the tool "+name, p.pick(p.spec, here, nil))
	source.At, source.PGO, source.Files, source.Tools = p.spans(written[0].At), "off", nil, []string{tool}
	args := append([]string{"build", "-trimpath", noVCS}, p.flags.tags()...)
	return &plan.Toolexec{
		Step: plan.Step{
			ID:     "program",
			Name:   "build the tool " + name,
			At:     p.spans(written[0].At),
			Env:    p.env.compile(p.Request.BuildPlatform),
			Added:  p.env.added(p.Request.BuildPlatform),
			Caches: p.caches.compile(plan.Start{}),
		},
		Name:    name,
		Sources: plan.Sources{Source: p.modules.asking(source, "the tool "+name+" imports"), Modules: p.fetch("the tool "+name, here)},
		Args:    append(args, "-o", step.Out+"/", tool),
	}
}

// toolexecFlag returns the value of the go command's flag; empty for none.
func (p planning) toolexecFlag() string {
	var words []string
	for i, arg := range p.spec.Build.Toolexec {
		word := arg.Value
		if i == 0 {
			tool, _ := findTool(p.Project, word)
			word = path.Join(step.Programs, gomod.ProgramName(tool))
		}
		quoted, _ := goflag.Quote(word) // validateToolexec refuses what has both kinds of quotes
		words = append(words, quoted)
	}
	return strings.Join(words, " ")
}

// validateToolexec reports a tool that cannot run the compiler.
func (d *Decision) validateToolexec(errs *diag.List) {
	written := d.written.Build.Toolexec
	if len(written) == 0 {
		return
	}
	d.validateTool("build.toolexec", written[0], errs)
	for _, arg := range written[1:] {
		if _, ok := goflag.Quote(arg.Value); !ok {
			errs.Add(diag.Diagnostic{
				At:      arg.At,
				Message: fmt.Sprintf("build.toolexec: the go command takes no argument with a space and both kinds of quotes: %s", arg.Value),
				Hint:    "use one kind of quotes",
			})
		}
	}
	if d.Target == objectsTarget {
		errs.Add(diag.Diagnostic{
			At:      written[0].At,
			Message: "build.toolexec: what is compiled through a tool is not kept, so --target " + objectsTarget + " has nothing to give",
			Hint:    "build the image itself; the export of its cache has its programs",
		})
	}
}
