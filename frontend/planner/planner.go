// Package planner makes every decision of a build. Decide makes a Decision for
// each image of a request. A Decision lists what has to be looked up, and turns
// what was found into a plan. All of them are functions of their arguments: they
// read no files and reach no network.
package planner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/frontend/project"
	"github.com/gohull/gohull/frontend/spec"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// Input is what a user hands in: the spec, the project, and the request that
// came with the command line.
type Input struct {
	Spec    *spec.Spec // the whole file
	Project *project.Project
	Lock    *spec.Lock // nil when the project has none
	Request Request
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

// Lookups is what Plan needs to know and only the gateway can find out.
type Lookups struct {
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

// Found is what the lookups found.
type Found struct {
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

// Lookups returns what has to be looked up before Plan.
func (c Decision) Lookups() (Lookups, error) {
	if err := c.wrong.Err(); err != nil {
		return Lookups{}, err
	}
	return c.lookups(), nil
}

// Plan makes the plan.
func (c Decision) Plan(found Found) (*plan.Plan, error) {
	errs := copyOf(c.wrong)
	d := draft{Decision: c, found: found, errs: &errs}
	p := d.plan()
	if err := errs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

// copyOf returns a list with the same diagnostics, to add others to.
func copyOf(list diag.List) diag.List {
	var out diag.List
	out.Add(list.Sorted()...)
	return out
}

func (c Decision) lookups() Lookups {
	var q Lookups
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

func (c Decision) scan() plan.Scan {
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
func (c Decision) likelySource() *plan.Source {
	mains := c.namedMains(c.image)
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
func (c Decision) folderName(dir string) string {
	if m := c.Project.Member(dir); m != nil && dir == "." {
		return binaryName(m.Path)
	}
	return dot(dir)
}

// pick is the step that picks the source of main packages in folders.
func (c Decision) pick(mains []string, names string) *plan.Source {
	return &plan.Source{
		Step: plan.Step{ID: "source", Name: "pick the source of " + names, At: spans(c.image, c.mainLines()...)},
		Pick: c.pickOf(c.image, mains),
	}
}

func (c Decision) conditions() plan.Conditions {
	var platforms []string
	for _, p := range c.Request.Platforms {
		platforms = append(platforms, p.OS+"/"+p.Architecture)
	}
	slices.Sort(platforms)
	return plan.Conditions{
		Tags:      sortedTags(c.image),
		Platforms: slices.Compact(platforms),
		Go:        c.version.Value,
		Cgo:       c.image.Build.Cgo.Value,
	}
}

// checkVendor finds a spec that asks for a vendor folder which is not there.
func validateVendor(in Input, errs *diag.List) {
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
