// Package plan is what gohull is going to build, decided down to the last
// argument, as pure data: it can be printed, compared, and lowered to LLB
// without another decision. It has a type for each step.
package plan

// Plan is the build of one image of the spec for all platforms.
type Plan struct {
	Image     string   // its name in a file of several; empty for the only one
	Names     []string // what it is called where it is pushed, with tags: "registry.example/acme/server:1.2.3"
	Project   Project
	Toolchain Toolchain
	// Generators are what happens to the source before everything else, as users
	// read it: "run generators of ./...", "run go tool templ generate", "put /out of
	// the stage ui over web/dist"; nil for nothing.
	Generators []string
	Sources    Sources // what the binaries are made of
	Vendored   bool    // whether modules come from a vendor directory of the context
	Rootfs     *Rootfs // what a scratch image has next to the binary; nil when no image needs it
	Output     Output  // what is wanted of each image
	Images     []Image // in the order the platforms were asked for
	Checks     []Check // that all images depend on
}

// Output is what is wanted of an image.
type Output int

// The outputs.
const (
	OutputImage     Output = iota // the image itself
	OutputBinaries                // its binaries, as files
	OutputObjects                 // a pack of what they are compiled from
	OutputSBOM                    // the SBOM, as a file
	OutputPackages                // the archives of its packages
	OutputChecksums               // the binaries' checksums, if two compiles make the same
)

// CheckPlan is a check by itself, which is wanted instead of an image.
type CheckPlan struct {
	Project    Project
	Toolchain  Toolchain
	Generators []string // as of a Plan
	// Checks run one after another, and each sees the files that those before it
	// leave. Only the check of generated files has several.
	Checks []Check
}

// Project is the part of the context that is built, a module or a workspace. The
// go command runs in its directory.
type Project struct {
	Dir    string // of its go.work or go.mod, below the context: "cmd/controller"; empty for the context itself
	NoWork bool   // whether a go.work of the context is not used
}

// Toolchain is the Go that compiles. Exactly one of Image and Module is set.
type Toolchain struct {
	Version string // "1.26.8"; empty when the image does not tell
	Image   *ImageRef
	Module  *ModuleToolchain
	// Slim copies what compiles need of Image, which they run on then. It is nil
	// if all steps run on the whole image.
	Slim *Step
}

// ModuleToolchain is a toolchain that comes through the module proxy.
type ModuleToolchain struct {
	Step
	Version  string // "1.26.8", or "1.26" for the newest of its releases
	Platform string // "linux/amd64", where it runs
	Sum      string // of the module, "h1:…"; empty when no lock tells
}

// ImageRef is an image to pull.
type ImageRef struct {
	Name     string   // as resolved, with its digest: "docker.io/library/alpine:3.22@sha256:…"
	Platform Platform // the one of its platforms that is used
	Context  string   // name of the build context that replaces it, or that a stage is
	Stage    bool     // whether a Dockerfile makes it
	At       []Span
}

// Platform is an operating system and an architecture, in the words of OCI.
type Platform struct {
	OS, Architecture, Variant string // "linux", "arm", "v7"
}

// String returns "linux/arm/v7".
func (p Platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// Span is a stretch of whole lines of the spec, counted from 1.
type Span struct {
	First, Last int
}

// Step is what all steps that run a command have in common.
type Step struct {
	ID      string   // stable name of its kind, as --no-cache-filter takes it: "compile"
	Also    []string // other names that --no-cache-filter takes: "check-test:./frontend/spec"
	Name    string   // what a user reads while it runs
	At      []Span   // the lines of the spec that asked for it
	Env     []string // "KEY=value", sorted
	Network bool     // whether it may reach the network, and is given the secrets for that
	Caches  Caches   // of the builder, as far as it mounts any
	// Added are packages that the step finds in the toolchain's image, in
	// addition to what that has.
	Added []Packages
}

// Caches says which of the builder's caches a step shares with other builds.
// A cache is shared only among steps in which every program that runs is
// known: gohull's own, and those of one Go. What such a step reads there was
// written by the same programs.
type Caches struct {
	Alone string // why the step shares none: "it runs tests"; empty when it shares
	Go    string // which Go fills them: an image's digest or a module's checksum; empty for Go's releases
	From  string // a name for the settings that say where modules come from; empty for Go's defaults
}

// File is a file that is written as it stands here.
type File struct {
	Name  string // below the root of what it is alone in
	Data  []byte
	Epoch int64
}
