package llb

import (
	"encoding/json"
	"path"
	"slices"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
)

// Resolve returns the file system that holds step.ResolvedFile. The indexes are
// looked up whenever there is a build; only if one has changed, packages are
// resolved again.
func Resolve(r plan.Resolve, in Inputs) llb.State {
	l := lowering{in: in}
	base := l.base(r.Base, l.image(r.Base))
	words, keys := l.repositories(r.Repositories)
	index := l.run(llb.Scratch(), r.Index, &step.PackageIndex{Platform: r.Platform, Repositories: words}, base, keys, llb.IgnoreCache)
	return l.run(llb.Scratch(), r.Step, &step.Resolve{Platform: r.Platform, Fresh: r.Fresh, Repositories: words, Wants: r.Wants}, base, keys,
		llb.AddMount(step.Index, index, llb.Readonly))
}

// repositories returns repositories as words of a command line, and mounts their
// keys, each by itself: an edit of another file of the context does not matter.
func (l lowering) repositories(all []plan.Repository) (words []string, keys options) {
	keys = options{}
	for i, r := range all {
		words = append(words, step.RepositoryWord(step.Repository(r)))
		if r.Key != "" {
			keys = append(keys, llb.AddMount(step.KeyPath(i), l.in.Context, llb.SourcePath(path.Join("/", r.Key)), llb.Readonly))
		}
	}
	return words, keys
}

// packages returns the layer that packages are.
func (l lowering) packages(p plan.Packages, ref plan.ImageRef, base llb.State) llb.State {
	return l.run(llb.Scratch(), p.Step, &step.Packages{Epoch: p.Epoch, For: p.For}, l.base(ref, base), l.packagesToAdd(p, ref, base))
}

// packagesInPlace returns a base with packages that replace others: a layer on
// scratch cannot delete files of the base.
func (l lowering) packagesInPlace(p plan.Packages, ref plan.ImageRef, base llb.State) llb.State {
	return l.exec(llb.Scratch(), p.Step, &step.Packages{Epoch: p.Epoch, InPlace: true}, l.packagesToAdd(p, ref, base)).AddMount(step.Out, base)
}

// packagesToAdd mounts the list of packages and their archives.
func (l lowering) packagesToAdd(p plan.Packages, ref plan.ImageRef, base llb.State) llb.RunOption {
	return options{l.packageList(p), llb.AddMount(step.Archives, l.archives(p, ref, base), llb.Readonly)}
}

// archives returns the file system that has the archives of packages.
func (l lowering) archives(p plan.Packages, ref plan.ImageRef, base llb.State) llb.State {
	if p.Context != "" {
		return l.in.Contexts[p.Context]
	}
	isOther := func(r plan.Repository) bool { return r.Mirrors == "" } // which an archive's URL has already
	words, _ := l.repositories(slices.DeleteFunc(slices.Clone(p.Repositories), isOther))
	return l.run(llb.Scratch(), p.Download, &step.PackageArchives{Repositories: words}, l.base(ref, base), l.packageList(p))
}

// ofPackages returns the archives of the image's packages, and of those that C is
// compiled with.
func (b build) ofPackages() llb.State {
	var all []llb.State
	if b.img.Packages != nil {
		all = append(all, b.archives(*b.img.Packages, *b.img.Base, b.image(*b.img.Base)))
	}
	for _, p := range b.img.Compilers {
		all = append(all, b.archives(p, *b.from, b.goroot))
	}
	if len(all) == 0 {
		return llb.Scratch()
	}
	return over(all, b.in)
}

// packageList mounts the list of packages. A command line may be too short for
// it.
func (l lowering) packageList(p plan.Packages) llb.RunOption {
	var all []step.OSPackage
	for _, one := range p.List {
		all = append(all, step.OSPackage(one))
	}
	data, _ := json.Marshal(all) // of texts and numbers, which never fails
	list := p.Step
	list.Name = "list the packages to add"
	name := path.Base(step.PackageList)
	file := llb.Scratch().File(llb.Mkfile("/"+name, 0o644, data, llb.WithCreatedTime(epoch)), l.step(list)...)
	return llb.AddMount(step.PackageList, file, llb.SourcePath("/"+name), llb.Readonly)
}

// withPackages returns a base with its packages.
func (l lowering) withPackages(p plan.Packages, ref plan.ImageRef, base llb.State) llb.State {
	if p.Replaces() {
		return l.packagesInPlace(p, ref, base)
	}
	return l.onBase("add packages to "+ref.Name, base, true, []llb.State{l.packages(p, ref, base)}, ref.At, p.Epoch)
}

// addedTo returns the root that a step runs on: the toolchain's image, with the
// packages that the step needs in addition.
func (l lowering) addedTo(root llb.State, s plan.Step) llb.State {
	if len(s.Added) == 0 {
		return root
	}
	var layers []llb.State
	for _, p := range s.Added {
		layers = append(layers, l.packages(p, *l.from, root))
	}
	return l.onBase("add packages to the toolchain", root, true, layers, l.from.At, s.Added[0].Epoch)
}
