package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/gohull/gohull/frontend/diag"
	"github.com/gohull/gohull/internal/gomod"
	"github.com/gohull/gohull/llb/plan"
	"github.com/gohull/gohull/llb/step"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
)

// Lookups is what a plan needs to know and only the gateway can find out.
type Lookups struct {
	Scan   plan.Scan
	Images []ImageKey // the toolchain first, then the others for each platform
	// Platforms are those for which a build context may bring objects.
	Platforms []plan.Platform
	// Source is what will most likely be picked, which takes as long as the
	// scan and needs nothing of it; nil if only the scan can tell, and if nothing is
	// built.
	Source *plan.Source
	// Look runs on the base of each platform; nil if nothing has to be known of
	// what bases have.
	Look *plan.Look
	// Resolve finds the packages that are added to bases, and those that the
	// toolchain's image needs to compile C, without those that Locked has.
	Resolve map[PackagesKey]PackagesLookup
	Locked  map[PackagesKey][]step.OSPackage
	// Packages adds packages to a base, whatever they are.
	Packages plan.Packages
	// Kept is the name of the build context that has the archives of packages;
	// empty without one.
	Kept string
	// Inside has the steps that run on the images and stages that run.files copies
	// from, for each platform, by their references.
	Inside map[string]*plan.Look
	// Archives has the steps that look into the archives that run.files unpacks.
	Archives []plan.Look
	// Contexts are names of build contexts that steps read as they are.
	Contexts []string
}

// ImageKey asks for an image on a platform.
type ImageKey struct {
	Ref      string // normalised, with a tag or digest: "docker.io/library/alpine:3.22"; or a stage, as StageOf takes it
	Platform plan.Platform
	Digest   string     // "sha256:…", what a lock says it is; empty when no lock tells
	Optional bool       // whether the image may be missing
	Use      string     // what it is for, for messages: UseBase, UseFiles or UseToolchain
	At       diag.Range // the line that asks for it
}

// Found is what the lookups found.
type Found struct {
	Facts  step.Facts
	Images map[ImageKey]Image
	// Archives is what archives hold.
	Archives map[plan.Download][]step.Inode
	Packages map[PackagesKey][]step.OSPackage // what Resolve found, and those of Locked
	Looked   map[ImageKey][]step.Inode        // what Look and Inside found
	Seeds    map[plan.Platform]string         // names of the build contexts that SeedContext is for; empty without one
}

// Image is a resolved image.
type Image struct {
	Name    string // with its digest
	Digest  string // "sha256:…"; empty if a build context that is no image replaces it
	Context string // name of the build context that replaces it, or that a stage is
	Stage   bool   // whether a Dockerfile makes it
	Config  dockerspec.DockerOCIImage
}

// Lookups returns what has to be looked up before Plan.
func (d *Decision) Lookups() (Lookups, error) {
	if err := d.wrong.Err(); err != nil {
		return Lookups{}, err
	}
	l := Lookups{Scan: d.scan(), Platforms: d.Request.Platforms}
	if d.isImage() && !d.Request.Asks {
		l.Source = d.likelySource()
	}
	for _, c := range d.runningChecks() {
		if c.context != "" && slices.Contains(d.Request.ContextNames(), c.context) {
			l.Contexts = append(l.Contexts, c.context)
		}
	}
	if d.addsPackages() {
		l.Packages = d.packages()
	}
	l.addPackages(d)
	if d.hasRoot() {
		l.Look = look(d.image, d.base, d.debug.on, d.Request.ContextNames())
		l.Inside = map[string]*plan.Look{}
		for _, i := range d.fileImages {
			l.Inside[i.ref] = i.look(d.image)
		}
		l.Archives = d.archives()
	}
	if d.toolchain.ref != "" {
		l.Images = append(l.Images, d.toolchain.key(d.Request.BuildPlatform))
	}
	l.Images = append(l.Images, d.imageKeys()...)
	return l, nil
}

// addPackages adds the packages of distributions that the target needs.
func (l *Lookups) addPackages(d *Decision) {
	l.Resolve = d.compilerPackages(d.Request.BuildPlatform)
	if d.addsPackages() {
		maps.Copy(l.Resolve, d.basePackages())
	}
	if len(l.Resolve) > 0 {
		l.Kept = d.archivesContext()
	}
	if d.locked == nil {
		return
	}
	l.Locked = map[PackagesKey][]step.OSPackage{}
	for key := range l.Resolve {
		l.Locked[key] = d.locked[key]
	}
	l.Resolve = nil
}

func (d *Decision) scan() plan.Scan {
	group := d.alike(d.image)
	return plan.Scan{
		Step:       plan.Step{ID: "scan", Name: "find packages"},
		Conditions: d.conditions(d.image, d.Request.Platforms),
		Files:      d.scannedFiles(group.files),
		Modes:      group.modes,
		Mains:      group.mains,
		Needs:      group.needs,
		Graph:      group.grouped,
	}
}

// scannedFiles returns the paths that the scan looks up: those of the images, and
// those of the spec that a check alone is about.
func (d *Decision) scannedFiles(ofImages []string) []string {
	all := slices.Clone(ofImages)
	for _, f := range namedFiles(d.image) {
		if !slices.Contains(all, f.name()) {
			all = append(all, f.name())
		}
	}
	return all
}

// likelySource picks the source of the main packages that the spec names one by
// one; nil if it does not, or if it takes the scan to divide packages into groups.
// Whether they are main packages, only the scan tells.
func (d *Decision) likelySource() *plan.Source {
	mains := d.namedMains(d.image)
	if mains == nil || d.grouped(d.image) {
		return nil
	}
	var names []string
	for _, dir := range mains {
		names = append(names, d.likelyName(dir))
	}
	names = append(names, d.required(d.image)...)
	s := sourceStep(d.image, strings.Join(names, " "), d.imagePick(d.image, mains))
	group := d.alike(d.image)
	s = together(s, group.batchOf(d.image).picks)
	return &s
}

// likelyName returns what people call the main package in a directory, as
// packageName does once the package is known.
func (d *Decision) likelyName(dir string) string {
	if m := d.Project.Member(dir); m != nil && dir == "." {
		return gomod.ProgramName(m.Path)
	}
	return dot(dir)
}
