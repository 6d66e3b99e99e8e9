package llb

import (
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/moby/buildkit/client/llb"
)

// Subdir returns a directory of a file system as a whole one.
func Subdir(st llb.State, dir string, s plan.Step, in Inputs) llb.State {
	content := llb.Copy(st, path.Join("/", dir), "/", &llb.CopyInfo{CopyDirContentsOnly: true})
	return llb.Scratch().File(content, lowering{in: in}.step(s)...)
}

// Dockerfile returns the file system that has a Dockerfile at a path.
func Dockerfile(name string, data []byte) llb.State {
	name = path.Join("/", name)
	action := llb.Mkfile(name, 0o644, data, llb.WithCreatedTime(epoch))
	if dir := path.Dir(name); dir != "/" {
		action = llb.Mkdir(dir, 0o755, llb.WithParents(true), llb.WithCreatedTime(epoch)).Mkfile(name, 0o644, data, llb.WithCreatedTime(epoch))
	}
	return llb.Scratch().File(action, llb.WithCustomName("[internal] load "+name[1:]))
}
