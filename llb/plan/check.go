package plan

// Check is a step that judges the project and makes nothing of an image. It is
// a Tidy, Format, Vendor, Verify, Vet, Lint, Test, Generate or Vuln.
type Check interface {
	Common() CheckStep
}

// CheckStep is what all checks have in common. A type is a Check if it embeds
// one.
type CheckStep struct {
	Step
	Start Start // what is compiled before it begins
}

// Common returns what all checks have in common.
func (s CheckStep) Common() CheckStep { return s }

// Tidy checks that go.mod and go.sum are as `go mod tidy` leaves them.
type Tidy struct {
	CheckStep
	Skeleton Step     // finds what it reads
	Modules  []string // directories of the project's modules: ".", "api"
	Export   bool     // whether it leaves the corrected files
}

// Format checks that Go files are as gofmt leaves them.
type Format struct {
	CheckStep
	Files   Step     // picks them
	Modules []string // directories of the project's modules: ".", "api"
	Export  bool     // whether it leaves the corrected files
}

// Vendor checks that the vendor directory is as the go command makes it.
type Vendor struct {
	CheckStep
	Skeleton Step
	Work     bool // whether it is that of a workspace
	Whole    bool // whether it needs the source: modules of the context are vendored as well
	Export   bool // whether it leaves the corrected directory
}

// Verify checks that modules are what go.sum says.
type Verify struct {
	CheckStep
	Skeleton Step
	Modules  []string
}

// Vet checks that `go vet` has nothing to say. Its Start is that of an image:
// packs of what the plan's Sources are compiled from.
type Vet struct {
	CheckStep
	Sources Sources
	Args    []string // of the go command: "vet", "./..."
	Groups  *Groups  // nil for one step
}

// Lint checks that tools of go.mod, such as linters, find nothing.
type Lint struct {
	CheckStep
	Sources Sources
	Modules []string   // directories of the project's modules: ".", "api"
	Tools   [][]string // what follows "go tool", for each of them
}

// Test checks that the tests pass.
type Test struct {
	CheckStep
	Sources Sources
	Data    Source   // that of Sources, and what the tests read when they are run
	Args    []string // of the go command
	Groups  *Groups  // nil for one step
	Covdata *Step    // builds a tool for reports; nil if Go has it, or there are none
	Export  bool     // whether it leaves reports
	Keep    bool     // whether it passes although tests fail
}

// Groups are the parts of a check. Each is a step of its own, which reads nothing but
// its own packages and what they import: it stays CACHED when others are edited.
type Groups struct {
	Source Step // picks what each of them reads
	All    []Group
	Own    *OwnPacks // nil if the groups compile the project's packages themselves
}

// OwnPacks are packs of the project's packages that tests import, for groups of tests
// to start from.
type OwnPacks struct {
	Scan  Scan // finds how packages are divided
	Pick  Pick // of the packages
	Start Start
}

// Group is a part of a check that is about some packages.
type Group struct {
	CheckStep
	Pick Pick   // of its packages
	Uses []Part // of the OwnPacks
}

// Generate checks that files are as generators make them: //go:generate lines, or
// a command.
type Generate struct {
	CheckStep
	Sources Sources  // what the generators read
	Command *Command // nil for lines
	Args    []string // what follows "go generate", for lines
	Export  bool     // whether it leaves the corrected files
}

// Command is a command of the project that makes files.
type Command struct {
	Args  []string // "go", "tool", "templ", "generate"
	Dir   string   // of the context, where it runs
	Files []string // of the context, that it reads; "." for all
}

// Vuln checks that nothing is called that is known to be vulnerable.
type Vuln struct {
	CheckStep
	Sources  Sources
	Skeleton Step
	Program  Program // that it runs
	Database Database
	Modules  []string
	Ignored  []string // ids of vulnerabilities that do not count
	Args     []string // of govulncheck
}

// Database picks from a vulnerability database what concerns the project.
type Database struct {
	Step
	URL     string // empty when a build context brings it
	Context string // its name; empty when there is none
	Go      string // "1.26.8"; empty when only the toolchain image knows
}
