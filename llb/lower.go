// Package llb turns a plan into BuildKit's low-level build definition and
// into the image config. It decides nothing: what varies with the daemon or
// the request comes in through Inputs.
package llb

import (
	"path"

	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	"github.com/moby/buildkit/client/llb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Inputs is what a plan refers to and does not hold.
type Inputs struct {
	Context       llb.State            // the build context
	Generated     *llb.State           // files of stages and generators, which lie over it; nil for none
	Before        []llb.State          // what the generators of Generated read, each in step.ClosureDir
	Replaced      []string             // directories that have nothing but what Generated has of them
	Tool          llb.State            // a file system that has the frontend's binary
	ToolPath      string               // where it has it: "/bin/gohull-step"
	Contexts      map[string]llb.State // build contexts that replace images, by the name the plan gives them
	BuildPlatform ocispecs.Platform
	SourceMap     *llb.SourceMap       // of the spec; nil when nothing shows it
	Limits        []llb.RunOption      // of every command, as the client asked for them
	NoCache       func(id string) bool // whether the step of this id must run again; nil: none must
	Rerun         string               // a text that is part of every step's key; empty: none is
	CacheNS       string               // prefix of the cache mounts' ids
	ResolveMode   llb.ResolveMode
	Features      Features
}

// Features are what not every daemon can do.
type Features struct {
	Merge       bool // layers are put together without copying them
	SymbolModes bool // copies take modes as "u=rwX,go=rX"
	ParentTimes bool // copies set the times of directories that they make on the way
	// ContentCache says whether a mount can be kept from being read for a key.
	ContentCache bool
}

// Lower returns the file system that a plan wants of one of its images.
func Lower(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	b := newBuild(p, img, in)
	switch p.Output {
	case plan.OutputBinaries:
		return b.binaries()
	case plan.OutputObjects:
		return b.objects(img.Objects, b.sources)
	case plan.OutputSBOM:
		return b.sbom()
	case plan.OutputPackages:
		return b.ofPackages()
	case plan.OutputChecksums:
		return b.reproduction()
	default:
		return b.root()
	}
}

// Check returns the file systems that the steps of a check leave, side by side:
// empty ones.
func Check(p *plan.Plan, c plan.Check, in Inputs) []llb.State {
	l := newLowering(p.Project, p.Toolchain, in)
	return l.judging(c, l.gather(p.Sources))
}

// PartsAlone returns the file systems that the steps of a check by itself leave, if
// it has several that judge side by side; nil if it has one, or one after another.
func PartsAlone(p *plan.CheckPlan, in Inputs) []llb.State {
	if len(p.Checks) > 1 {
		return nil
	}
	parts := newLowering(p.Project, p.Toolchain, in).judging(p.Checks[0], sources{})
	if len(parts) == 1 {
		return nil
	}
	return parts
}

// CheckAlone returns the file system that a check by itself leaves: the files
// that it exports, or an empty one.
func CheckAlone(p *plan.CheckPlan, in Inputs) llb.State {
	var left []llb.State
	before := in
	for _, c := range p.Checks {
		left = append(left, newLowering(p.Project, p.Toolchain, in).check(c, sources{}))
		in = before.overlaid(left...)
	}
	return over(left, in)
}

// SBOM returns the file system that holds step.SBOMFile for an image of a plan.
func SBOM(p *plan.Plan, img plan.Image, in Inputs) llb.State {
	return newBuild(p, img, in).sbom()
}

// Scan returns the file system that holds step.FactsFile.
func Scan(s plan.Scan, in Inputs) llb.State {
	l := lowering{in: in}
	verb := &step.Scan{Tags: s.Tags, Platforms: s.Platforms, Go: s.Go, Cgo: s.Cgo, Needs: s.Needs, Mains: s.Mains, Files: s.Files, Modes: s.Modes, Graph: s.Graph}
	return l.run(llb.Scratch(), s.Step, verb, l.context())
}

// Source returns the file system that holds the closure and the outline of some
// main packages.
func Source(s plan.Source, in Inputs) llb.State {
	return lowering{in: in}.pick(s)
}

// Look returns the file system that holds step.BaseFile: what an image or an
// archive has at some paths. A base that a build context brings is keyed by what
// it holds.
func Look(k plan.Look, in Inputs) llb.State {
	l := lowering{in: in}
	base := l.image(k.Base)
	mount := l.base(k.Base, base)
	if k.Packages != nil {
		mount = l.byOrigin(step.Image, l.withPackages(*k.Packages, k.Base, base))
	}
	if k.Download != nil {
		mount = llb.AddMount(step.Image, l.download(k.Step, *k.Download), llb.Readonly)
	}
	return l.run(llb.Scratch(), k.Step, &step.Look{Paths: k.Paths}, mount)
}

// base mounts a base for a step that reads it. What a Dockerfile makes may be
// large, and is not hashed.
func (l lowering) base(ref plan.ImageRef, base llb.State) llb.RunOption {
	if ref.Context != "" && !ref.Stage {
		return llb.AddMount(step.Image, base, llb.Readonly)
	}
	return l.byOrigin(step.Image, base)
}

// lowering has what the steps of a plan are lowered with.
type lowering struct {
	in      Inputs
	project plan.Project
	goroot  llb.State      // what go commands run on
	slim    llb.State      // what those run on that compile, or look at source: goroot, or a part of it
	from    *plan.ImageRef // the image that it is; nil if Go comes through the module proxy
	mounts  llb.RunOption  // and what they need mounted there
}

func newLowering(p plan.Project, t plan.Toolchain, in Inputs) lowering {
	l := lowering{in: in, project: p, from: t.Image}
	l.goroot, l.mounts = l.toolchain(t)
	l.slim = l.goroot
	if t.Slim != nil {
		l.slim = l.slimmed(*t.Slim)
	}
	return l
}

// dir returns the directory that the go command runs in.
func (l lowering) dir() string { return path.Join(step.Source, l.project.Dir) }
