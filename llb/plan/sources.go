package plan

// Sources is what some packages are made of.
type Sources struct {
	Source  Source
	Modules *Modules // nil when nothing is downloaded: vendored modules, or none
}

// Scan finds the packages of the context. It runs before there is a plan,
// because the plan depends on what it finds.
type Scan struct {
	Step
	Conditions
	Files []string // paths and patterns of the context that the spec names
	Modes []string // those of Files whose modes matter
	Mains []string // directories that the spec names one by one
	Graph bool     // whether what packages import is asked for
	Needs []string // what the base lacks and programs may need, in the words of step.Note's kinds
}

// Source picks those files of the context that packages are made of, so that
// an edit of another file does not reach the compile.
type Source struct {
	Step
	Pick
	// Scan is the step that found the packages, if they are divided into groups.
	Scan *Scan
	// All is what the step picks for all images of a file, this Pick among
	// them, each to an output of its own; nil when there is no other.
	All []Pick
	// Imports is a step before it that finds what Modules need to know, so
	// that they can say which packages of the context they import in turn.
	// It is nil when they import none.
	Imports *Step
}

// Pick is what is picked for one image.
type Pick struct {
	Image   string // its name in a file of several; empty for the only one
	Project Project
	Conditions
	Mains    []string // directories below the context: "cmd/api"; "./..." for all packages below
	Required []string // import paths of main packages of modules that the project requires
	Grouped  bool     // whether the packages are also picked by groups
	Tests    bool     // whether tests of Mains are picked as well
	Data     bool     // and their testdata
	// Generate picks what the generators of Mains, or a Command, may read, instead
	// of Mains.
	Generate bool
	Command  *Command // nil for none
	Files    []string // paths of the context that are always picked
	Checkout bool     // whether the go command is to take the context for a checkout
	Tools    []string // import paths of tools of go.mod that are picked as well
	Settings []string // names of files in the directories of packages, and above, that are picked if they exist
	// NoModules says that no module is downloaded that could import packages of
	// the context.
	NoModules bool
	PGO       string // as of the go command's flag: "auto", "off", or a file of the context
	// Vendored are steps that read and copy the vendor directory of the project. It is
	// nil if there is none, and if the step that picks everything else does that.
	Vendored *Vendored
}

// Vendored are two steps that depend on nothing in the context but a vendor directory:
// an edit elsewhere leaves them CACHED.
type Vendored struct {
	List Step // finds what its packages are made of
	Pick Step // copies those that are needed
}

// Conditions are what build constraints are decided by.
type Conditions struct {
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64"; a file counts if it is for one of them
	Go        string   // "1.26.8"; empty when only the toolchain image knows
	Cgo       bool
}

// Modules downloads what the source imports, for all platforms, and hands on
// the packages that are needed.
type Modules struct {
	Step
	Platforms []string // settings of each: "GOARCH=arm GOARM=7 GOOS=linux"
	Go        string   // "1.26.8"; empty when only the toolchain image knows
	Flags     []string // of the go command, those that decide which files a package has: "-tags=netgo"
}
