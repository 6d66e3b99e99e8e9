package step

import (
	"errors"
	"flag"
	"slices"
	"strings"
)

// Scan reads the Go packages of Source and writes Facts to Out.
type Scan struct {
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64", each one a main package may be built for
	Go        string   // "1.26.8"; release tags up to its language version hold
	Cgo       bool     // files that import "C" count
	Needs     []string // kinds of notes to make in addition to the usual ones, sorted
	Mains     []string // directories that are looked at even if `./...` passes over them
	Modes     []string // those of Files whose modes are asked for, with everything below
	Graph     bool     // Facts have the imports of packages
	Files     []string // paths of the context to look up, and patterns as of path.Match
}

func (*Scan) verb() string      { return "scan" }
func (v *Scan) rest() *[]string { return &v.Files }

func (v *Scan) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Tags), "tags", "build tags")
	fs.Var((*list)(&v.Platforms), "platforms", "platforms to scan for")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
	fs.BoolVar(&v.Cgo, "cgo", v.Cgo, "count files that import C")
	fs.Var((*list)(&v.Needs), "needs", "kinds of notes to make in addition to the usual ones")
	fs.Var((*list)(&v.Mains), "mains", "directories to look at in any case")
	fs.Var((*list)(&v.Modes), "modes", "files whose modes are asked for")
	fs.BoolVar(&v.Graph, "graph", v.Graph, "say what packages import")
}

// IsPattern reports whether a path of the context is a pattern.
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// Project is the part of the context that is built: a module, or a workspace.
type Project struct {
	Dir    string // of its go.work or go.mod, below the context: "cmd/controller"; empty for the context itself
	NoWork bool   // a go.work in Dir is not used
}

func (p *Project) flags(fs *flag.FlagSet) {
	fs.StringVar(&p.Dir, "project", p.Dir, "directory of the project's go.work or go.mod")
	fs.BoolVar(&p.NoWork, "no-work", p.NoWork, "use no go.work")
}

// Closure copies to ClosureDir the files of Source that the main packages are
// built from, with plain modes and fixed times. To OutlineDir it copies
// go.mod, go.sum, go.work and what else decides about versions, and adds
// stubs: a package in each module of the context that imports what its
// packages, as far as the main packages need them, import from outside; and,
// where the context has several modules, one for each package that other modules
// could import.
type Closure struct {
	Project
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64", each one the packages are built for
	Go        string   // "1.26.8"; without it, files for any Go version are taken
	Cgo       bool     // cgo is on
	PGO       string   // "auto", "off" or a profile in the context, as the go command's flag
	Tests     bool     // tests of the packages in Mains are taken as well
	Data      bool     // so are the testdata directories next to them
	Generate  bool     // of Mains, what their //go:generate lines reach is taken, and not what they are built from
	// Command is a command that generates files. What it reaches is taken as well:
	// CommandFiles, what packages in them import, and its program.
	Command      []string
	CommandDir   string   // of the context, where it runs
	CommandFiles []string // of the context; "." for all
	Files        []string // files and directories of the context that are taken whatever they are
	Tools        []string // import paths of tools of go.mod that are run on the packages; they are taken as well
	Settings     []string // names of files in the directories of packages, and above, that are taken if they exist: ".golangci.yml"
	Checkout     bool     // ClosureDir gets a directory .git, by which the go command knows a checkout
	NoModules    bool     // no module is downloaded, so that none asks which packages the context has
	Vendored     bool     // ListedAt its project has what ListVendored left, and files of the vendor directory are left to PickVendored
	Asked        bool     // Asked is mounted, and what it asks for is taken as well
	Grouped      bool     // Scanned has Facts with a Graph, and the packages that Mains need get a GroupDir for each group
	OfOthers     bool     // of Closures, with Grouped: the groups are those that the Mains of the others need for their tests, and nothing else is written
	Required     []string // import paths of main packages of modules that the project requires
	Mains        []string // directories of the context: "cmd/api", "."; "./..." for all packages below
}

func (*Closure) verb() string      { return "closure" }
func (v *Closure) rest() *[]string { return &v.Mains }

func (v *Closure) flags(fs *flag.FlagSet) {
	v.Project.flags(fs)
	fs.Var((*list)(&v.Tags), "tags", "build tags")
	fs.Var((*list)(&v.Platforms), "platforms", "platforms the packages are built for")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
	fs.BoolVar(&v.Cgo, "cgo", v.Cgo, "cgo is on")
	fs.StringVar(&v.PGO, "pgo", v.PGO, "profile to optimise by")
	fs.BoolVar(&v.Tests, "tests", v.Tests, "take tests")
	fs.BoolVar(&v.Data, "data", v.Data, "take testdata")
	fs.BoolVar(&v.Generate, "generate", v.Generate, "take what generators reach")
	fs.Var((*list)(&v.Command), "command", "command that generates files")
	fs.StringVar(&v.CommandDir, "command-dir", v.CommandDir, "directory that the command runs in")
	fs.Var((*list)(&v.CommandFiles), "command-files", "files that the command reads")
	fs.Var((*list)(&v.Files), "files", "files to take")
	fs.Var((*list)(&v.Tools), "tools", "tools that are run")
	fs.Var((*list)(&v.Settings), "settings", "files of packages' directories, and above, to take")
	fs.BoolVar(&v.Checkout, "checkout", v.Checkout, "make it look like a checkout")
	fs.BoolVar(&v.NoModules, "no-modules", v.NoModules, "download no modules")
	fs.BoolVar(&v.Vendored, "vendored", v.Vendored, "leave the vendor directory to another step")
	fs.Var((*list)(&v.Required), "required", "main packages of other modules")
	fs.BoolVar(&v.Asked, "asked", v.Asked, "take what modules ask for")
	fs.BoolVar(&v.Grouped, "grouped", v.Grouped, "divide packages into groups")
	fs.BoolVar(&v.OfOthers, "of-others", v.OfOthers, "divide what the tests of the others need")
}

// ListVendored writes to VendoredFile what the packages of a vendor directory are made
// of. Of Source, only that directory is mounted.
type ListVendored struct {
	Project
	Tags      []string // as of Closure
	Platforms []string
	Go        string
	Cgo       bool
}

func (*ListVendored) verb() string    { return "list-vendored" }
func (*ListVendored) rest() *[]string { return nil }

func (v *ListVendored) flags(fs *flag.FlagSet) {
	v.Project.flags(fs)
	fs.Var((*list)(&v.Tags), "tags", "build tags")
	fs.Var((*list)(&v.Platforms), "platforms", "platforms the packages are built for")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
	fs.BoolVar(&v.Cgo, "cgo", v.Cgo, "cgo is on")
}

// PickVendored copies to ClosureDir those files of a vendor directory that a Closure
// left in VendoredDir the names of. Listed has that directory, and of Source, only
// the vendor directory is mounted.
type PickVendored struct{ Project }

func (*PickVendored) verb() string             { return "pick-vendored" }
func (*PickVendored) rest() *[]string          { return nil }
func (v *PickVendored) flags(fs *flag.FlagSet) { v.Project.flags(fs) }

// Closures makes the closures of several images, each in the directory OutOf its
// name.
type Closures struct {
	// Picks has for each image its name, the command line of its Closure
	// without the verb, and endOfPick.
	Picks []string
}

// endOfPick is no flag, and no directory that a package can be in.
const endOfPick = ";"

func (*Closures) verb() string        { return "closures" }
func (*Closures) flags(*flag.FlagSet) {}
func (v *Closures) rest() *[]string   { return &v.Picks }

// Add adds the closure of an image.
func (v *Closures) Add(image string, c *Closure) {
	v.Picks = append(v.Picks, image)
	v.Picks = append(v.Picks, Command(c)[2:]...)
	v.Picks = append(v.Picks, endOfPick)
}

// ByImage returns what was added, by the names of images.
func (v *Closures) ByImage() (map[string]Closure, error) {
	all := map[string]Closure{}
	for picks := v.Picks; len(picks) > 0; {
		end := slices.Index(picks, endOfPick)
		if end < 1 {
			return nil, errors.New("closures: an image without an end")
		}
		var c Closure
		if err := parse(&c, picks[1:end]); err != nil {
			return nil, err
		}
		all[picks[0]] = c
		picks = picks[end+1:]
	}
	return all, nil
}

// Manifest writes ManifestFile: what an image is made of. Source has the closure of
// its programs, ModuleTree their modules, and Part(0) and so on what its layers are
// made of. Made has files that are not of the build context, and Before what they
// are generated from.
type Manifest struct {
	Parts int // how many Part there are
}

func (*Manifest) verb() string             { return "manifest" }
func (*Manifest) rest() *[]string          { return nil }
func (v *Manifest) flags(fs *flag.FlagSet) { fs.IntVar(&v.Parts, "parts", v.Parts, "number of layers") }

// Parts is what Manifest writes.
type Parts struct {
	Sum   string   `json:"sum"`   // "sha256:…" of everything
	Paths []string `json:"paths"` // of the build context, sorted
}

// GoFiles copies to ClosureDir the Go files of modules that `go fmt ./...` formats.
type GoFiles struct {
	Modules []string // their directories: ".", "api"
}

func (*GoFiles) verb() string        { return "gofiles" }
func (*GoFiles) flags(*flag.FlagSet) {}
func (v *GoFiles) rest() *[]string   { return &v.Modules }

// Skeleton copies to SkeletonDir the modules of Source as far as it matters
// for what they require: go.mod, go.sum, go.work, and for each package, and
// its tests, a package that imports what it imports.
type Skeleton struct{ Project }

func (*Skeleton) verb() string             { return "skeleton" }
func (*Skeleton) rest() *[]string          { return nil }
func (v *Skeleton) flags(fs *flag.FlagSet) { v.Project.flags(fs) }
