package llb

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// context mounts the build context and, next to it, what lies over it.
func (l lowering) context() llb.RunOption {
	source := llb.AddMount(step.Source, l.in.Context, llb.Readonly)
	if l.in.Generated == nil {
		return source
	}
	made := options{source, llb.AddMount(step.Made, *l.in.Generated, llb.Readonly)}
	if len(l.in.Replaced) > 0 {
		made = append(made, llb.AddEnv(step.ReplacedDirs, strings.Join(l.in.Replaced, ":")))
	}
	return made
}

// merged returns the build context with what lies over it, for what can read one
// directory only.
func (l lowering) merged() llb.State {
	if l.in.Generated == nil {
		return l.in.Context
	}
	var action *llb.FileAction
	for _, dir := range l.in.Replaced {
		action = removed(action, path.Join("/", dir))
	}
	action = copied(action, *l.in.Generated, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true})
	return l.in.Context.File(action, l.step(plan.Step{ID: "generate", Name: "add what generators made"})...)
}

// Generate returns inputs with the files that generators, a check that exports
// them, make. They are not copied to the context: it would have to be read anew
// for the keys of everything that mounts it.
func Generate(p *plan.CheckPlan, in Inputs) Inputs {
	out := in.overlaid(CheckAlone(p, in))
	for _, c := range p.Checks {
		if g, ok := c.(plan.Generate); ok {
			out.Before = append(slices.Clip(out.Before), newLowering(p.Project, p.Toolchain, in).gather(g.Sources).source)
		}
	}
	return out
}

// overlaid returns inputs with files that lie over the context, and over those that
// lie over it already.
func (in Inputs) overlaid(made ...llb.State) Inputs {
	if in.Generated != nil {
		made = append([]llb.State{*in.Generated}, made...)
	}
	all := over(made, in)
	in.Generated = &all
	return in
}

// over returns the file system that has all files of others. The files of later
// ones replace those of earlier ones.
func over(all []llb.State, in Inputs) llb.State {
	out := all[0]
	for _, st := range all[1:] {
		content := llb.Copy(st, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true}, llb.WithCreatedTime(epoch))
		out = out.File(content, withName("put files together"), llb.Platform(in.BuildPlatform))
	}
	return out
}

// removed adds the removal of a path, which need not be there, to an action; nil is
// an action without any.
func removed(action *llb.FileAction, name string) *llb.FileAction {
	if action == nil {
		return llb.Rm(name, llb.WithAllowNotFound(true))
	}
	return action.Rm(name, llb.WithAllowNotFound(true))
}

// Overlay returns inputs with files of stages, which replace what the context has at
// these paths.
func Overlay(all []plan.Overlay, in Inputs) Inputs {
	l := lowering{in: in}
	var made []llb.State
	for _, o := range all {
		info := &llb.CopyInfo{FollowSymlinks: true, CopyDirContentsOnly: true, CreateDestPath: true}
		action := llb.Copy(l.image(o.Image), o.From, path.Join("/", o.To), info, llb.WithUser("0:0"), llb.WithCreatedTime(epoch))
		made = append(made, llb.Scratch().File(action, l.step(o.Step)...))
		in.Replaced = append(slices.Clip(in.Replaced), o.To)
	}
	return in.overlaid(made...)
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
