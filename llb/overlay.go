package llb

import (
	"fmt"

	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
)

// Generated is the build context with what a check that corrects files makes
// of it.
func Generated(p *plan.Plan, c plan.Check, in Inputs) llb.State {
	made := Check(p, c, in)
	action := llb.Copy(made, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true})
	return in.Context.File(action, lowering{in: in}.step(plan.Step{ID: c.ID, Name: "add what the generators made", At: c.At})...)
}

// Replaced is the build context with another one, of some name, in the place
// of a folder of it.
func Replaced(other llb.State, name, dir string, in Inputs) llb.State {
	info := &llb.CopyInfo{CopyDirContentsOnly: true, CreateDestPath: true}
	action := llb.Rm("/"+dir, llb.WithAllowNotFound(true)).Copy(other, "/", "/"+dir, info)
	label := fmt.Sprintf("put the build context %s in the place of %s", name, dir)
	return in.Context.File(action, lowering{in: in}.step(plan.Step{Name: label})...)
}
