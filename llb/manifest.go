package llb

import (
	"path"
	"slices"
	"strconv"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Manifest returns the file system that holds step.ManifestFile: what the image is
// made of, as far as its recipe does not say it.
func Manifest(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	l := newLowering(p.Project, p.Toolchain, in)
	src := l.gather(p.Sources)
	mounts := options{src.closure(), src.modules}
	if in.Generated != nil {
		mounts = append(mounts, llb.AddMount(step.Made, *in.Generated, llb.Readonly))
	}
	for i, before := range in.Before {
		mounts = append(mounts, part(path.Join(step.Before, strconv.Itoa(i)), before, step.ClosureDir))
	}
	parts := l.parts(p, img)
	for i, st := range parts {
		mounts = append(mounts, llb.AddMount(step.Part(i), st, llb.Readonly))
	}
	s := plan.Step{Name: "list what " + p.NameOf(img) + " is made of", At: img.At}
	return l.run(llb.Scratch(), s, &step.Manifest{Parts: len(parts)}, mounts)
}

// parts returns what an image is made of that has no digest: files of the context,
// and build contexts and stages that bring a base, a toolchain or files.
func (l lowering) parts(p *plan.Plan, img plan.Image) []llb.State {
	var all []llb.State
	for _, ref := range []*plan.ImageRef{p.Toolchain.Image, img.Base} {
		if ref != nil && ref.Context != "" {
			all = append(all, l.image(*ref))
		}
	}
	for _, f := range img.Files {
		if len(f.Copies) > 0 && f.Download == nil && (f.Image == nil || f.Image.Context != "") {
			all = append(all, l.file(f))
		}
	}
	return all
}

// Recipe returns how an image is made, and nothing of what it is made of that has no
// digest: see Manifest. It is never solved. Two builds with the same recipe and the
// same manifest make the same image.
//
// What only saves time has no part in it: caches, packs, a part of Go's image, what the step that picks
// the source does for other images, and how the vendor directory is picked. Neither have checks, nor the daemon's abilities.
func Recipe(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	bare := *p
	bare.Checks, bare.Generators = nil, nil
	bare.Toolchain.Slim = nil
	bare.Sources.Source.All, bare.Sources.Source.Pick.Vendored = nil, nil
	bare.Sources.Source.Scan, bare.Sources.Source.Grouped = nil, false
	if m := p.Sources.Modules; m != nil {
		without := *m
		without.Caches = plan.Caches{}
		bare.Sources.Modules = &without
	}
	img.Compile.Caches, img.Compile.Start = plan.Caches{}, plan.Start{}
	img.Programs = slices.Clone(img.Programs)
	for i := range img.Programs {
		img.Programs[i].Caches = plan.Caches{}
	}
	return Lower(&bare, img, Inputs{
		Context:       llb.Scratch(),
		Tool:          llb.Scratch(),
		ToolPath:      "/" + step.Executable,
		Contexts:      unnamed(in.Contexts),
		BuildPlatform: in.BuildPlatform,
		Features:      Features{Merge: true, SymbolModes: true, ParentTimes: true, ContentCache: true},
	})
}

// unnamed returns the same build contexts without content.
func unnamed(contexts map[string]llb.State) map[string]llb.State {
	all := map[string]llb.State{}
	for name := range contexts {
		all[name] = llb.Scratch()
	}
	return all
}
