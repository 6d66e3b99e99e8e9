package llb

import (
	"fmt"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// context mounts the build context and, next to it, what generators made of it.
func (l lowering) context() llb.RunOption {
	source := llb.AddMount(step.Source, l.in.Context, llb.Readonly)
	if l.in.Generated == nil {
		return source
	}
	return options{source, llb.AddMount(step.Made, *l.in.Generated, llb.Readonly)}
}

// merged returns the build context with what generators made of it, for what
// can read one directory only.
func (l lowering) merged() llb.State {
	if l.in.Generated == nil {
		return l.in.Context
	}
	action := llb.Copy(*l.in.Generated, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true})
	return l.in.Context.File(action, l.step(plan.Step{ID: "generate", Name: "add what generators made"})...)
}

// Generate returns inputs with the files that generators, a check that exports
// them, make. They are not copied to the context: it would have to be read anew
// for the keys of everything that mounts it.
func Generate(p *plan.CheckPlan, in Inputs) Inputs {
	return in.overlaid(CheckAlone(p, in))
}

// overlaid returns inputs with files that lie over the context.
func (in Inputs) overlaid(made llb.State) Inputs {
	in.Generated = &made
	return in
}

// over returns the file system that has all files of others. The files of later
// ones replace those of earlier ones.
func over(all []llb.State, in Inputs) llb.State {
	out := all[0]
	for _, st := range all[1:] {
		content := llb.Copy(st, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true}, llb.WithCreatedTime(epoch))
		out = out.File(content, withName("put generated files together"), llb.Platform(in.BuildPlatform))
	}
	return out
}

// Replaced returns the build context with another one, of some name, instead
// of one of its directories.
func Replaced(other llb.State, name, dir string, in Inputs) llb.State {
	info := &llb.CopyInfo{CopyDirContentsOnly: true, CreateDestPath: true}
	action := llb.Rm("/"+dir, llb.WithAllowNotFound(true)).Copy(other, "/", "/"+dir, info)
	label := fmt.Sprintf("replace %s by the build context %s", dir, name)
	return in.Context.File(action, lowering{in: in}.step(plan.Step{Name: label})...)
}

// Without returns a build context that the daemon fetched, without what the
// ignore file hides; a client leaves that out itself.
func Without(st llb.State, patterns []string) llb.State {
	rest := &llb.CopyInfo{CopyDirContentsOnly: true, ExcludePatterns: patterns}
	return llb.Scratch().File(llb.Copy(st, "/", "/", rest), llb.WithCustomName("leave out what the ignore file hides"))
}
