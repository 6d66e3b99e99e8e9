package llb

import (
	"fmt"

	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
)

// Generate gives inputs of which generators, a check that corrects files, have
// made what they make. It lies over the context and is not copied there: the
// context would have to be read anew for the keys of all that mounts it.
func Generate(p *plan.Plan, c plan.Check, in Inputs) Inputs {
	made := Check(p, c, in)
	in.Made = &made
	return in
}

// whole is the build context with what generators made of it, for what can
// read one folder only.
func (l lowering) whole() llb.State {
	if l.in.Made == nil {
		return l.in.Context
	}
	action := llb.Copy(*l.in.Made, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true})
	return l.in.Context.File(action, l.step(plan.Step{ID: "generate", Name: "add what generators made"})...)
}

// Replaced is the build context with another one, of some name, in the place
// of a folder of it.
func Replaced(other llb.State, name, dir string, in Inputs) llb.State {
	info := &llb.CopyInfo{CopyDirContentsOnly: true, CreateDestPath: true}
	action := llb.Rm("/"+dir, llb.WithAllowNotFound(true)).Copy(other, "/", "/"+dir, info)
	label := fmt.Sprintf("put the build context %s in the place of %s", name, dir)
	return in.Context.File(action, lowering{in: in}.step(plan.Step{Name: label})...)
}

// Without is a build context that the daemon fetched, without what the ignore
// file hides; a client leaves that out itself.
func Without(st llb.State, patterns []string) llb.State {
	rest := &llb.CopyInfo{CopyDirContentsOnly: true, ExcludePatterns: patterns}
	return llb.Scratch().File(llb.Copy(st, "/", "/", rest), llb.WithCustomName("leave out what the ignore file hides"))
}
