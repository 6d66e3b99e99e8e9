package plan

// Check is a step that looks at the project and makes nothing of the image.
type Check struct {
	Step
	Kind    CheckKind
	Modules []string // folders of the project's modules: ".", "api"
	Work    bool     // whether Vendor is about a workspace
	Whole   bool     // whether Vendor needs the source: modules of the context are vendored as well
	Args    []string // of the go command, for Vet, Test and Generate: "vet", "./..."
	Start   Start    // of Vet: what images are compiled from; of Test: packs of the Packages; of Generate: packs of the programs
	Export  bool     // whether it gives files: the corrected ones, or reports
	Keep    bool     // whether it passes though tests fail

	Program  Program  // that Vuln runs
	Database Database // and asks
	Ignored  []string // ids of vulnerabilities that are none to Vuln
}

// Database picks from a vulnerability database what concerns the project.
type Database struct {
	Step
	URL     string // empty when a build context brings it
	Context string // its name; empty when there is none
	Go      string // "1.26.8"; empty when only the toolchain image knows
}

// CheckKind is what a check looks at.
type CheckKind int

// The kinds of checks.
const (
	Tidy     CheckKind = iota // go.mod and go.sum are as `go mod tidy` leaves them
	Verify                    // modules are what go.sum says
	Vendor                    // the vendor folder is as the go command makes it
	Vet                       // `go vet` has nothing to say
	Test                      // the tests pass
	Generate                  // files are as their generators make them
	Vuln                      // nothing is called that is known to be vulnerable
)

// Packages is what checks read that look at the source of all packages and
// their tests.
type Packages struct {
	Source  Source
	Data    Source // Source, and what the tests read when they are run
	Modules *Modules
}
