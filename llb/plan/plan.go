// Package plan is what gohull is going to build, decided down to the last
// argument, as pure data: it can be printed, compared, and lowered to LLB
// without another decision.
package plan

import "time"

// Plan is the build of one image for all platforms: a toolchain, and an Image
// for each platform.
type Plan struct {
	Image     string   // its name in a file of several; empty for the only one
	Names     []string // what it is called where it is pushed, with tags: "registry.example/acme/server:1.2.3"
	Toolchain Toolchain
	// Generators are patterns of the packages whose generators run before all
	// else; nil for none.
	Generators []string
	Source     Source
	Modules    *Modules // nil when nothing is downloaded: vendored modules, or none
	Vendored   bool     // whether modules come from a vendor directory of the context
	Rootfs     *Rootfs  // what a scratch image has next to the binary; nil when no image needs it
	Images     []Image  // in the order the platforms were asked for
	Skeleton   Step     // finds what some checks read
	Packages   Packages // what the others read
	Reached    Packages // what generators read, in its Source and Modules
	Checks     []Check  // that all images depend on
	Alone      *Check   // asked for instead of images
}

// Scan asks which packages the context has. It runs before there is a plan,
// because the plan depends on its answer.
type Scan struct {
	Step
	Conditions
	Files []string // paths of the context that the spec names
	Mains []string // directories that the spec names one by one
	Needs []string // what the base lacks and programs may need, in the words of step.Note's kinds
}

// Source picks those files of the context that the binaries are made of, so
// that an edit of another file does not reach the compile.
type Source struct {
	Step
	Pick
	// Beside is what the step picks for all images of a file, this Pick among
	// them, each to an output of its own; nil when there is no other.
	Beside []Pick
	// Imports is a step before it that finds what Modules need to know, so
	// that they can say which packages of the context they import in turn.
	// It is nil where they import none.
	Imports *Step
}

// Pick is what is picked for one image.
type Pick struct {
	Image string // its name in a file of several; empty for the only one
	Conditions
	Mains []string // folders below the context: "cmd/api"; "./..." for all packages below
	Tests bool     // whether tests of Mains are picked as well
	Data  bool     // and their testdata
	// Generate has not Mains picked, but what their generators may read.
	Generate bool
	Files    []string // paths of the context that are picked whatever they are
	// NoModules says that no module is downloaded that could import packages of
	// the context.
	NoModules bool
	PGO       string // as of the go command's flag: "auto", "off", or a file of the context
}

// Modules downloads what the source imports, for all platforms, and hands on
// the packages that are needed.
type Modules struct {
	Step
	Platforms []string // settings of each: "GOARCH=arm GOARM=7 GOOS=linux"
	Go        string   // "1.26.8"; empty when only the toolchain image knows
	Flags     []string // of the go command, those that decide which files a package has: "-tags=netgo"
}

// Conditions are what build constraints are decided by.
type Conditions struct {
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64"; a file counts that one of them has
	Go        string   // "1.26.8"; empty when only the toolchain image knows
	Cgo       bool
}

// Toolchain is the Go that compiles. Exactly one of Image and Module is set.
type Toolchain struct {
	Version string // "1.26.8"; empty when the image does not tell
	Image   *ImageRef
	Module  *ModuleToolchain
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
	Context  string   // name of the build context that replaces it, if any
	At       []Span
}

// Platform is an operating system and a processor, in the words of OCI.
type Platform struct {
	OS, Architecture, Variant string // "linux", "arm", "v7"
}

// String gives "linux/arm/v7".
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
	Name    string   // what a user reads while it runs
	At      []Span   // the lines of the spec that asked for it
	Env     []string // "KEY=value", sorted
	Network bool     // whether it may reach the network, and is given the secrets for that
	Caches  Caches   // of the builder, as far as it mounts any
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

// Rootfs makes what programs expect of a root file system.
type Rootfs struct {
	Step
	Epoch int64 // modification time of all its files
}

// Compile runs `go build` once, for one platform.
type Compile struct {
	Step
	Epoch    int64
	Start    Start
	Args     []string // of the go command: "build", "-trimpath", …
	Binaries []Binary
}

// Start is what is compiled before a step begins.
type Start struct {
	Packs []Objects // each without the objects of those before it
	Seed  *Seed     // nil when no build context brings objects
}

// Seed is a build context that holds a pack, or one in a folder for each
// platform.
type Seed struct {
	Context string   // its name
	Folders []string // where the pack may be, below it
}

// Objects compiles packages for one platform, for others to start from.
type Objects struct {
	Step
	Of      Origin
	Start   Start
	Without []Objects // packs whose objects this one leaves out; those of Start come first
	Args    []string  // of the go command: "list", "-export", …
}

// Origin is where the packages of a pack come from.
type Origin int

// The origins of packages.
const (
	OfSource   Origin = iota // all that the binaries are made of
	OfModules                // other modules, as far as the source imports them
	OfStandard               // the standard library, as far as the source imports it itself
	OfPrograms               // the programs that generators are, and all that these are made of
)

// Binary is an executable that a Compile makes.
type Binary struct {
	Package string // "./cmd/api"
	Path    string // in the image: "/usr/local/bin/api"
}

// Look asks what a base has where something of the image goes. It runs before
// there is a plan, because the plan depends on its answer.
type Look struct {
	Step
	Base  ImageRef
	Paths []string // as of step.Look
}

// File is a file that is written as it stands here.
type File struct {
	Name  string // below the root of what it is alone in
	Data  []byte
	Epoch int64
}

// Image is what one platform gets.
type Image struct {
	Platform Platform
	Name     string    // of the step that puts it together
	At       []Span    // the lines of the spec that ask for the base
	Base     *ImageRef // nil for scratch
	Compile  Compile
	Objects  Objects  // what Compile is made of, when somebody asks for it
	Debugger *Program // nil when nobody is going to debug it
	Dirs     *Layer   // directories that the spec names and the base lacks; nil for none
	Files    []Layer  // from the context
	Program  *Layer   // puts the binaries into the image; nil where they are a layer as they are
	SBOM     SBOM
	Binaries Binaries // when they are asked for without an image
	Config   Config
	// Annotations are those of its OCI manifest.
	Annotations map[string]string
	// Dynamic says that the binaries are taken for dynamically linked, as with
	// cgo. Otherwise only the compile shows whether they are.
	Dynamic   bool
	Linker    *Linker   // nil where a C compiler names the dynamic linker
	Libraries Libraries // of a dynamically linked binary

	Reproduction Reproduction
}

// Reproduction compiles an image's binaries twice, each time from nothing,
// and compares them. It is made when somebody asks for it.
type Reproduction struct {
	Step
	Rounds [2]Compile
}

// Linker finds the dynamic linker of an image, for binaries that Go's own
// linker makes.
type Linker struct {
	Step
	Arch string // "amd64"
}

// Libraries checks that an image has the libraries that a Compile's binaries
// need.
type Libraries struct {
	Step
	Image string // what it is called: "docker.io/library/alpine:3.22"
	Path  string // its LD_LIBRARY_PATH
	Cgo   bool   // whether C is linked in
}

// SBOM lists what an image is made of. It is made when somebody asks for it.
type SBOM struct {
	Step
	Epoch int64  // time of the document
	Image string // what the image is called: "server"
	Base  string // what it starts from, with its digest if it has one; empty for scratch
}

// Binaries lays out what a Compile made, to be taken out of the build.
type Binaries struct {
	Step
	Epoch int64 // modification time of all files
}

// Config is the image config, as the OCI image specification and Docker's
// extension of it define its fields.
type Config struct {
	Created     time.Time
	User        string
	Entrypoint  []string
	Cmd         []string
	Env         []string // "KEY=value", in the order of the base and then the spec
	WorkingDir  string
	Expose      []string // "8080/tcp"
	Volumes     []string
	Labels      map[string]string
	StopSignal  string
	Healthcheck *Healthcheck
	BaseHistory []History
	History     []History // of the layers that are added to the base's
}

// Healthcheck is how an engine finds out whether a container works.
type Healthcheck struct {
	Test                           []string // "NONE", or "CMD" and an argv
	Interval, Timeout, StartPeriod time.Duration
	StartInterval                  time.Duration
	Retries                        int
}

// History says how a layer, or a change of the config, came to be.
type History struct {
	Created    *time.Time
	CreatedBy  string
	Author     string
	Comment    string
	EmptyLayer bool
}
