package step

import (
	"flag"
	"slices"
)

// Tidy compares go.mod and go.sum of modules with what `go mod tidy` makes of
// them. A skeleton is mounted at Source, and may be written to.
type Tidy struct {
	Fix     bool     // what it makes of them goes to Out, and is no failure
	Modules []string // their directories: ".", "api"
}

func (*Tidy) verb() string      { return "tidy" }
func (v *Tidy) rest() *[]string { return &v.Modules }

func (v *Tidy) flags(fs *flag.FlagSet) {
	fs.BoolVar(&v.Fix, "fix", v.Fix, "leave what it makes of them")
}

// Format compares the Go files of Source with what gofmt makes of them.
type Format struct {
	Fix bool // what it makes of them goes to Out, and is no failure
}

func (*Format) verb() string    { return "fmt" }
func (*Format) rest() *[]string { return nil }

func (v *Format) flags(fs *flag.FlagSet) {
	fs.BoolVar(&v.Fix, "fix", v.Fix, "leave what it makes of them")
}

// Verify downloads the modules that others require, and compares them with the
// checksums in go.sum. VersionsDir is mounted at Source.
type Verify struct {
	Modules []string // directories of those that require: ".", "api"
}

func (*Verify) verb() string        { return "verify" }
func (*Verify) flags(*flag.FlagSet) {}
func (v *Verify) rest() *[]string   { return &v.Modules }

// Vendor compares the vendor directory of Source with what the go command makes
// of the skeleton around it.
type Vendor struct {
	Fix  bool // what it makes goes to Out, and nothing is compared
	Work bool // the directory is that of a workspace
}

func (*Vendor) verb() string    { return "vendor" }
func (*Vendor) rest() *[]string { return nil }

func (v *Vendor) flags(fs *flag.FlagSet) {
	fs.BoolVar(&v.Fix, "fix", v.Fix, "leave what the go command makes")
	fs.BoolVar(&v.Work, "work", v.Work, "in a workspace")
}

// Test runs tests and shows what fails.
type Test struct {
	Start
	Report bool // reports go to Out: TestEvents, TestJUnit, TestCover and TestPage
	Keep   bool // tests that fail are no failure of the step
	// Covdata: Programs has CovdataTool, which a Report needs and recent releases of Go
	// build whenever they run it.
	Covdata bool
	Dirs    []string // of Source, of the packages of a group, which leaves only TestEvents and TestCover; empty for all packages of Args
	Args    []string // what follows "go test"
}

func (*Test) verb() string      { return "test" }
func (v *Test) rest() *[]string { return &v.Args }

func (v *Test) flags(fs *flag.FlagSet) {
	v.Start.flags(fs)
	fs.BoolVar(&v.Report, "report", v.Report, "leave reports")
	fs.BoolVar(&v.Keep, "keep", v.Keep, "do not fail")
	fs.BoolVar(&v.Covdata, "covdata", v.Covdata, "take Go's tool covdata from the programs")
	fs.Var((*list)(&v.Dirs), "dirs", "directories of the packages of a group")
}

// CovdataTool is a tool of Go, as `go tool` knows it. The go command calls it twice for
// each package without tests, to make a coverage profile.
const CovdataTool = "covdata"

// TestReports makes the reports of all tests from what each group left.
type TestReports struct {
	Groups []string // directories of what the groups left
	Args   []string // what follows "go test"
}

func (*TestReports) verb() string      { return "test-reports" }
func (v *TestReports) rest() *[]string { return &v.Args }

func (v *TestReports) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Groups), "groups", "directories of what the groups left")
}

// Generate runs the //go:generate lines of packages of Source, or a command, and
// compares the files there with those of Before.
type Generate struct {
	Start
	Fix     bool     // files that were made go to Out, and are no failure
	Command bool     // Args are a command
	Dir     string   // of Source, where the command runs
	Files   []string // of Source, that the command is said to read
	Args    []string // what follows "go generate"
}

func (*Generate) verb() string      { return "generate" }
func (v *Generate) rest() *[]string { return &v.Args }

func (v *Generate) flags(fs *flag.FlagSet) {
	v.Start.flags(fs)
	fs.BoolVar(&v.Fix, "fix", v.Fix, "leave what was made")
	fs.BoolVar(&v.Command, "command", v.Command, "run a command")
	fs.StringVar(&v.Dir, "dir", v.Dir, "directory to run the command in")
	fs.Var((*list)(&v.Files), "files", "files that the command reads")
}

// Lint runs tools of go.mod, such as linters, in modules of Source.
type Lint struct {
	Start
	Modules []string // directories of the modules: ".", "api"
	Words   []string // what follows "go tool", for each tool; use Add and Tools
}

func (*Lint) verb() string      { return "lint" }
func (v *Lint) rest() *[]string { return &v.Words }

func (v *Lint) flags(fs *flag.FlagSet) {
	v.Start.flags(fs)
	fs.Var((*list)(&v.Modules), "modules", "directories of the modules")
}

// Add adds a tool with its arguments. No argument may be ";".
func (v *Lint) Add(tool []string) { v.Words = append(append(v.Words, tool...), endOfPick) }

// Tools returns what was added.
func (v *Lint) Tools() [][]string {
	var all [][]string
	for words := v.Words; ; {
		end := slices.Index(words, endOfPick)
		if end < 1 {
			return all
		}
		all = append(all, words[:end])
		words = words[end+1:]
	}
}

// VulnDB picks from a vulnerability database what it has about the modules of
// Source, and about Go itself, and writes that to Out in the same form.
// VersionsDir is mounted at Source.
type VulnDB struct {
	URL string // "https://vuln.example"; empty when the database is in VulnDir
	Go  string // "1.26.8"; empty when nobody knows
}

func (*VulnDB) verb() string    { return "vulndb" }
func (*VulnDB) rest() *[]string { return nil }

func (v *VulnDB) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.URL, "url", v.URL, "address of the database")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
}

// Vuln finds vulnerable functions that Source calls, with the govulncheck in
// Programs and the VulnDatabase.
type Vuln struct {
	Modules []string // directories of the project's modules: ".", "api"
	Ignored []string // ids of vulnerabilities that may be called
	Args    []string // flags of govulncheck
}

func (*Vuln) verb() string      { return "vuln" }
func (v *Vuln) rest() *[]string { return &v.Args }

func (v *Vuln) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Modules), "modules", "directories of the modules")
	fs.Var((*list)(&v.Ignored), "ignored", "vulnerabilities that may be called")
}
