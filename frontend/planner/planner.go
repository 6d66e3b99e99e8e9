// Package planner makes every decision of a build. Ask tells what has to be
// looked up, and Plan turns the answers into a plan. Both are functions of
// their arguments: they read no files and reach no network.
package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/frontend/stamp"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// Input is what a user hands in: the spec, the project, and the request that
// came with the command line.
type Input struct {
	Spec    *spec.Spec // the whole file
	Image   string     // the one of its images that is meant; empty for a file that makes one, and for what is no image's
	Project *project.Project
	Lock    *spec.Lock // nil when the project has none
	Request Request

	common *common // found by Images; nil until then
}

// Request is what the client asked for beside the spec.
type Request struct {
	Platforms     []plan.Platform // what the image is for; at least one
	BuildPlatform plan.Platform   // where steps run
	BuildArgs     map[string]string
	Labels        map[string]string
	Target        string   // empty for the images
	Contexts      []string // names of build contexts beside the main one: "alpine:3.22", or "gocache::linux/arm64"
	Uncached      []string // ids of steps that run without cache; nil for none, or for all
	Offline       bool     // whether no step is to have a network
	Imports       bool     // whether the build imports a cache
	Asks          bool     // whether a question is asked: a stamp without a value then stays as it is written
	Revision      string   // the commit that the client finds checked out, "-dirty" behind it if files differ; empty when it does not tell
	Source        string   // the repository's address, likewise
	Branch        string   // that is checked out, where the context has .git; empty for none
	Version       string   // of the commit, by its tags, likewise
	Releases      []string // all tags that are versions, as "v1.2.3", likewise
}

// Questions is what Plan needs to know and cannot find out by itself.
type Questions struct {
	Scan   plan.Scan
	Images []ImageKey // the toolchain first, then the base of each platform
	// Platforms are those for which a build context may bring objects.
	Platforms []plan.Platform
	// Source is what will most likely be picked, which takes as long as the
	// scan and needs nothing of it; nil when only the scan can tell.
	Source *plan.Source
	// Look is asked of the base of each platform; nil when nothing has to be
	// known of what bases have.
	Look *plan.Look
	// Folders are build contexts that are read as they are.
	Folders []string
}

// ImageKey asks for an image on a platform.
type ImageKey struct {
	Ref      string // normalised, with a tag or digest: "docker.io/library/alpine:3.22"
	Platform plan.Platform
	Digest   string     // "sha256:…", what a lock says it is; empty when no lock tells
	Optional bool       // whether it is no error that there is none
	Use      string     // what it is for, for messages: "base" or "toolchain"
	At       diag.Range // the line that asks for it
}

// Answers is what the questions found.
type Answers struct {
	Facts  step.Facts
	Images map[ImageKey]Image
	Bases  map[plan.Platform][]step.Inode // what Look found
	Seeds  map[plan.Platform]string       // names of the build contexts that SeedContext is for; empty without one
}

// Image is a resolved image.
type Image struct {
	Name    string // with its digest
	Digest  string // "sha256:…"; empty when a build context that is no image replaces it
	Context string // name of the build context that replaces it, if any
	Config  dockerspec.DockerOCIImage
}

// Ask checks all that can be checked without answers, and says what has to
// be looked up. Its error is a diag.Errors.
func Ask(in Input) (Questions, error) {
	c, errs := chooseStamped(in)
	if err := errs.Err(); err != nil {
		return Questions{}, err
	}
	return c.questions(), nil
}

// Plan makes the plan. Its error is a diag.Errors.
func Plan(in Input, answers Answers) (*plan.Plan, error) {
	c, errs := chooseStamped(in)
	d := draft{choices: c, answers: answers, errs: &errs}
	p := d.plan()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// choices is what follows from the input alone. Its Spec is that of the image.
type choices struct {
	Input
	file      *spec.Spec // as it was handed in, with all images
	args      buildArgs
	stamps    stamp.Values
	version   project.Version // of Go; not set when only the toolchain image knows
	toolchain toolchain
	base      base
	vendored  bool
	names     []string  // of the image, with tags
	leftOut   []LeftOut // tags that it does not get
}

func choose(in Input) (choices, diag.List) {
	var errs diag.List
	file := in.Spec
	in.Spec = file.Find(in.Image)
	c := choices{Input: in, file: file}
	c.args = readBuildArgs(in.Request.BuildArgs, &errs)
	checkPlatforms(in, &errs)
	checkVendor(in, &errs)
	c.version = chooseVersion(in, c.args, &errs)
	c.vendored = chooseVendored(in, c.version)
	c.toolchain = chooseToolchain(c, &errs)
	if c.ofImage() {
		c.base = chooseBase(in.Spec, &errs)
	}
	c = c.locked(&errs)
	checkVendored(c, &errs)
	checkLines(c, &errs)
	checkBuild(c, &errs)
	checkFlags(c, &errs)
	checkCgo(c, &errs)
	if c.common == nil {
		c.common = findCommon(c)
	}
	checkContexts(c, &errs)
	checkFilters(c, &errs)
	checkNetwork(c, &errs)
	checkPack(c, &errs)
	checkDebug(c, &errs)
	checkPrograms(c, &errs)
	checkVendorFolder(in, &errs)
	return c, errs
}

// ofImage reports whether the choices are for an image. A target of the whole
// project, such as a check, uses neither the base nor the stamps and names,
// which in a file of several images may be complete for each image alone.
func (c choices) ofImage() bool { return !IsCheck(c.Request.Target) }

func (c choices) questions() Questions {
	var q Questions
	q.Scan = c.scan()
	q.Platforms = c.Request.Platforms
	if c.ofImage() {
		q.Source = c.likelySource()
	}
	q.Folders = c.folders()
	q.Look = c.look()
	if c.toolchain.ref != "" {
		q.Images = append(q.Images, c.toolchain.key(c.Request.BuildPlatform))
	}
	if c.base.ref != "" {
		for _, p := range c.Request.Platforms {
			q.Images = append(q.Images, c.base.key(p))
		}
	}
	return q
}

func (c choices) scan() plan.Scan {
	return plan.Scan{
		Step:       plan.Step{ID: "scan", Name: "find packages"},
		Conditions: c.conditions(),
		Files:      c.alike().files,
		Mains:      c.alike().mains,
		Needs:      c.alike().needs,
	}
}

// likelySource is the source of the main packages that the spec names one by
// one. Whether they are main packages, the scan has to tell.
func (c choices) likelySource() *plan.Source {
	mains := c.namedMains(c.Spec)
	if mains == nil {
		return nil
	}
	var names []string
	for _, dir := range mains {
		names = append(names, c.folderName(dir))
	}
	return shared(c.pick(mains, strings.Join(names, " ")), c.alike().named)
}

// folderName is what people call the main package in a folder, as
// packageName has it.
func (c choices) folderName(dir string) string {
	if m := c.Project.Member(dir); m != nil && dir == "." {
		return binaryName(m.Path)
	}
	return dot(dir)
}

// pick is the step that picks the source of main packages in folders.
func (c choices) pick(mains []string, names string) *plan.Source {
	return &plan.Source{
		Step: plan.Step{ID: "source", Name: "pick the source of " + names, At: spans(c.Spec, c.mainLines()...)},
		Pick: c.pickOf(c.Spec, mains),
	}
}

func (c choices) conditions() plan.Conditions {
	var platforms []string
	for _, p := range c.Request.Platforms {
		platforms = append(platforms, p.OS+"/"+p.Architecture)
	}
	slices.Sort(platforms)
	return plan.Conditions{
		Tags:      sortedTags(c.Spec),
		Platforms: slices.Compact(platforms),
		Go:        c.version.Value,
		Cgo:       c.Spec.Build.Cgo.Value,
	}
}

// checkVendor finds a spec that asks for a vendor folder which is not there.
func checkVendor(in Input, errs *diag.List) {
	if v := in.Spec.Modules.Mode; v.Value == "vendor" && in.Project.Vendor == nil {
		errs.Add(diag.Diagnostic{
			At:      v.At,
			Message: "modules.mode is vendor, but the build context has no " + project.VendorFile,
			Hint:    "run `go mod vendor`",
			Missing: []string{project.VendorFile},
		})
	}
}

// values drops the places of strings.
func values(ss []spec.String) []string {
	var out []string
	for _, s := range ss {
		out = append(out, s.Value)
	}
	return out
}

// spans gives the lines of the spec that ranges stand on; ranges of other
// files, and values that were not written, have none.
func spans(s *spec.Spec, ranges ...diag.Range) []plan.Span {
	var out []plan.Span
	for _, r := range ranges {
		if r.File == s.File && r.Start.Line > 0 {
			out = append(out, plan.Span{First: r.Start.Line, Last: max(r.Start.Line, r.End.Line)})
		}
	}
	slices.SortFunc(out, func(a, b plan.Span) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last)) })
	out = slices.Compact(out)
	if out == nil {
		// A default stands for the whole file: its first line is the one that
		// brought gohull here.
		out = []plan.Span{{First: 1, Last: 1}}
	}
	return out
}
