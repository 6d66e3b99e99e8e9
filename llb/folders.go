package llb

import (
	"time"

	"github.com/moby/buildkit/client/llb"
)

// epoch is the time of folders that nobody gave one.
var epoch = time.Unix(0, 0).UTC()

// Folders is the file system that has others in folders of these names, in
// their order.
func Folders(names []string, contents []llb.State, in Inputs) llb.State {
	all := llb.Scratch()
	for i, name := range names {
		content := llb.Copy(contents[i], "/", "/"+name, &llb.CopyInfo{CopyDirContentsOnly: true, CreateDestPath: true}, llb.WithCreatedTime(epoch))
		all = all.File(content, named("put what is of "+name+" into a folder"), llb.Platform(in.BuildPlatform))
	}
	return all
}
