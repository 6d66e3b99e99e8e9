package llb

import (
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Toolchain returns the GOROOT of a toolchain that comes through the module
// proxy. It holds step.GoFile as well.
func Toolchain(t plan.ModuleToolchain, in Inputs) llb.State {
	l := lowering{in: in}
	verb := &step.Toolchain{Version: t.Version, Platform: t.Platform, Sum: t.Sum}
	return l.run(llb.Scratch(), t.Step, verb)
}

// toolchain returns the root that go commands run on and its mounts. A module
// toolchain needs nothing else of a root, so an empty one does.
func (l lowering) toolchain(t plan.Toolchain) (llb.State, llb.RunOption) {
	if t.Image != nil {
		return l.image(*t.Image), options{}
	}
	return llb.Scratch(), llb.AddMount(step.Goroot, Toolchain(*t.Module, l.in), llb.Readonly)
}

// slimmed returns the part of an official image of Go that compiles need, and
// the checks fmt, vet and vuln. It leaves out Go's own tests, which are most of
// the files; the sources of the go command and of its tools; and the tools for
// cgo and `go fix`.
func (l lowering) slimmed(s plan.Step) llb.State {
	info := &llb.CopyInfo{
		CopyDirContentsOnly: true,
		CreateDestPath:      true,
		ExcludePatterns: []string{
			"api", "doc", "misc", "test",
			"pkg/tool/*/cgo", "pkg/tool/*/fix",
			"src/cmd", "src/**/testdata", "src/**/*_test.go",
		},
	}
	return llb.Scratch().File(llb.Copy(l.goroot, step.Goroot, step.Goroot, info), l.step(s)...)
}

// Image returns an image to pull, or the build context that replaces it.
func Image(ref plan.ImageRef, in Inputs) llb.State { return lowering{in: in}.image(ref) }

// image returns an image to pull, or the build context that replaces it.
func (l lowering) image(ref plan.ImageRef) llb.State {
	if st, ok := l.in.Contexts[ref.Context]; ok && ref.Context != "" {
		return st
	}
	p := ocispecs.Platform{OS: ref.Platform.OS, Architecture: ref.Platform.Architecture, Variant: ref.Platform.Variant}
	return llb.Image(ref.Name, llb.Platform(p), l.in.ResolveMode, l.at(ref.At))
}

// program builds a program of another module.
// Nothing of the context has a part in it, so that projects share it.
func (l lowering) program(p plan.Program) compiled {
	var private llb.RunOption = options{}
	if p.Git {
		private = git
	}
	s := l.exec(l.goroot, p.Step, &step.Program{Path: p.Made, Sum: p.Sum, Args: p.Args},
		l.mounts,
		private,
		l.modcache(p.Step),
		l.gocache(p.Step),
	)
	return compiled{
		binaries: s.AddMount(step.Out, llb.Scratch()),
		static:   s.AddMount(step.Static, llb.Scratch()),
	}
}

// Program returns the file system that holds step.ModuleFile: what a program was
// built from.
func Program(t plan.Toolchain, p plan.Program, in Inputs) llb.State {
	return newLowering(plan.Project{}, t, in).program(p).static
}
