package llb

import (
	"time"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// binaries returns the executables as files, all in the root, and
// step.SumsFile.
func (b build) binaries() llb.State {
	s := b.img.Binaries
	sums := b.run(llb.Scratch(), s.Step, &step.Binaries{Epoch: s.Epoch}, b.built())
	return b.approved(sums, s.Epoch)
}

// sbom returns the file system that holds step.SBOMFile.
func (b build) sbom() llb.State {
	s := b.img.SBOM
	var list llb.RunOption = options{}
	if b.img.Packages != nil {
		list = b.packageList(*b.img.Packages)
	}
	return b.run(llb.Scratch(), s.Step, &step.SBOM{Epoch: s.Epoch, Image: s.Image, Base: s.Base}, b.built(), list)
}

// built mounts what the compile made, where the image has it.
func (b build) built() llb.RunOption {
	return llb.AddMount(step.Built, b.together(b.compile(b.img.Compile, b.sources).binaries), llb.Readonly)
}

// inImage returns the binaries of a compile, where the image has them.
func (b build) inImage(c plan.Compile) llb.State {
	return b.placed(b.img.Program, b.compile(c, b.sources).binaries)
}

// reproduction returns the file system that holds step.SumsFile. It cannot be
// made if two compiles differ.
func (b build) reproduction() llb.State {
	r := b.img.Reproduction
	return b.run(llb.Scratch(), r.Step, &step.Compare{},
		llb.AddMount(step.Built, b.inImage(r.Rounds[0]), llb.Readonly),
		llb.AddMount(step.BuiltAgain, b.inImage(r.Rounds[1]), llb.Readonly),
	)
}

// epoch is the time of directories that have no other.
var epoch = time.Unix(0, 0).UTC()

// Dirs returns the file system that has others in directories of these names,
// in their order.
func Dirs(names []string, contents []llb.State, in Inputs) llb.State {
	all := llb.Scratch()
	for i, name := range names {
		content := llb.Copy(contents[i], "/", "/"+name, &llb.CopyInfo{CopyDirContentsOnly: true, CreateDestPath: true}, llb.WithCreatedTime(epoch))
		all = all.File(content, withName("put "+name+" into a directory"), llb.Platform(in.BuildPlatform))
	}
	return all
}

// Together returns the file system that has all files of others, which have none
// in common.
func Together(all []llb.State, in Inputs) llb.State {
	out := all[0]
	for _, st := range all[1:] {
		content := llb.Copy(st, "/", "/", &llb.CopyInfo{CopyDirContentsOnly: true}, llb.WithCreatedTime(epoch))
		out = out.File(content, withName("put the files of all modules together"), llb.Platform(in.BuildPlatform))
	}
	return out
}

// File returns the file system that holds one file.
func File(f plan.File) llb.State {
	created := llb.WithCreatedTime(time.Unix(f.Epoch, 0).UTC())
	return llb.Scratch().File(llb.Mkfile("/"+f.Name, 0o644, f.Data, created), withName("write "+f.Name))
}
