// Package tool is the contract between the lowering, which writes the
// command line of a step, and the program that runs inside it: the frontend's
// own binary in its second role. Names of verbs, flags, paths, secrets and
// files are written here once and used by both.
package tool

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Paths inside a step.
const (
	Binary     = "/.gohull/tool"   // the frontend's binary, mounted read-only
	Source     = "/src"            // the build context, or what was picked of it, read-only
	Out        = "/out"            // the step's output, written from scratch
	Report     = "/.gohull/report" // folder that takes ReportFile when a step fails
	Goroot     = "/usr/local/go"   // where official images have Go, and where module toolchains are mounted
	ModuleTree = "/go/pkg"         // what the verb modules left in its Out; ModCache is in it
	ModCache   = "/go/pkg/mod"     // GOMODCACHE
	Cache      = "/.gohull/cache"  // GOCACHE
	Temp       = "/.gohull/tmp"    // GOTMPDIR and TMPDIR; the tool makes it
	Built      = "/built"          // what a compile made, read-only, for steps that look at it
	FactsFile  = "facts.json"      // what scan leaves in Out
	BuiltAgain = "/built-again"    // what another compile of the same made
	SBOMFile   = "sbom.spdx.json"  // what sbom leaves in Out; exporters name the attestation by it
	SumsFile   = "SHA256SUMS"      // what binaries and compare leave in Out, in the form of sha256sum
	GoFile     = "gohull.json"     // what toolchain leaves in Out: a Fetched as JSON
	// ClosureDir is the folder of Out that takes a closure.
	ClosureDir = "src"
	// OutlineDir is the folder of Out that takes an outline: the project as
	// far as its modules go. What there is of it, see Closure.
	OutlineDir = "outline"
	// TestEvents is what `go test -json` printed, TestJUnit the same as other
	// programs read it, and TestCover which lines were run.
	TestEvents = "test.json"
	TestJUnit  = "junit.xml"
	TestCover  = "cover.out"
	// SkeletonDir is the folder of Out that takes a skeleton, and VersionsDir
	// the one that takes its go.mod, go.sum, go.work and go.work.sum alone.
	SkeletonDir = "skeleton"
	VersionsDir = "versions"
	// StubsFile lists in an outline the import paths of the packages that
	// import what the main packages need, one a line.
	StubsFile = "stubs.txt"
	// ModulesDir is the folder of ModuleTree, and of Out, that is ModCache.
	ModulesDir = "mod"
	// ModulesID is a file of ModuleTree that is another one for other modules.
	ModulesID = "id"
	// AskedDir is the folder of Out where modules leaves what it asks of the
	// source, and Asked is where the next closure finds it: PackagesFile
	// lists packages of the context that other modules import, and a
	// go.work.sum beside it is the complete one.
	AskedDir     = "asked"
	Asked        = "/.gohull/asked"
	PackagesFile = "packages.txt"
	// StandardDir is the folder of Out where closure leaves StandardFile: the
	// packages of the standard library that those of the context import, one
	// a line.
	StandardDir  = "standard"
	StandardFile = "standard.txt"
	// Seed is where a build context that holds a pack is mounted.
	Seed = "/.gohull/seed"
	// SSHAgent is the socket of the agent that --ssh brings, if it does.
	SSHAgent = "/run/gohull/ssh-agent"
	// KnownHosts is where ssh looks for the keys of hosts beside the user's
	// own; SecretKnownHosts is mounted there.
	KnownHosts = "/etc/ssh/ssh_known_hosts"
	// ReportFile is what a failed step leaves in Report: a Failure as JSON.
	ReportFile = "failure.json"
)

// Secrets that a step may be given, by id; each is mounted at SecretPath(id),
// or where the program that reads it looks, and never required.
const (
	SecretCA         = "ca"          // PEM certificates that are trusted beside the usual ones
	SecretKnownHosts = "known_hosts" // keys of hosts that modules are fetched from over ssh
	SecretNetrc      = "netrc"       // credentials for module proxies and hosts
)

// Secret is a secret that users may pass with --secret.
type Secret struct {
	ID, Meaning string
}

// Secrets lists the secrets, by id.
func Secrets() []Secret {
	return []Secret{
		{SecretCA, "PEM certificates that steps with network trust beside the usual ones, as a company's proxy needs; they never reach the image"},
		{SecretKnownHosts, "keys of the hosts that modules are fetched from over ssh, as `ssh-keyscan` prints them"},
		{SecretNetrc, "credentials for module proxies and for the hosts of modules, in the form of a `.netrc` file"},
	}
}

// SecretPath is where a step finds a secret.
func SecretPath(id string) string { return "/run/secrets/" + id }

// Pack is where the i-th pack of a step is mounted.
func Pack(i int) string { return fmt.Sprintf("/.gohull/packs/%d", i) }

// Verb is a command of the tool, ready to be written as a command line or
// read back from one.
type Verb interface {
	verb() string
	flags(*flag.FlagSet)
	rest() *[]string // arguments after "--", nil where a verb takes none
}

// Scan reads the Go packages of Source and writes Facts to Out.
type Scan struct {
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64", each one a main package may be built for
	Go        string   // "1.26.8"; release tags up to its language version hold
	Cgo       bool     // files that import "C" count
	Needs     []string // kinds of notes to make beside the usual ones, sorted
	Files     []string // paths of the context to look up
}

// Closure copies to ClosureDir the files of Source that the main packages are
// built from, with plain modes and fixed times. To OutlineDir it copies
// go.mod, go.sum, go.work and what else decides about versions, and adds
// stubs: a package in each module of the context that imports what its
// packages, as far as the main packages need them, import from outside; and,
// where the context has several modules, one in the place of each package
// that other modules could import.
type Closure struct {
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64", each one the packages are built for
	Go        string   // "1.26.8"; without it, files for any Go version are taken
	Cgo       bool     // cgo is on
	PGO       string   // "auto", "off" or a profile in the context, as the go command's flag
	Tests     bool     // tests of the packages in Mains are taken as well
	Data      bool     // so are the testdata folders beside them
	Files     []string // files and folders of the context that are taken whatever they are
	Asked     bool     // Asked is mounted, and what it asks for is taken as well
	Mains     []string // folders of the context: "cmd/api", "."; "./..." for all packages below
}

// Modules downloads what the packages of an outline need, which is mounted at
// Source, and writes to Out a module cache that holds just that, to build
// from without network: see ModulesDir, ModulesID and AskedDir. Modules that
// were downloaded before are in ModCache, which it adds to.
type Modules struct {
	// Platforms has for each platform its settings: "GOARCH=arm GOARM=7 GOOS=linux".
	Platforms []string
	Go        string   // "1.26.8"; empty when nobody knows before the toolchain runs
	Flags     []string // of the go command, those that decide which files a package has
}

// Toolchain fetches a Go toolchain through GOPROXY, verifies it and unpacks
// it as a GOROOT to Out, together with GoFile. GOPROXY, GONOPROXY, GOPRIVATE,
// GOSUMDB and GONOSUMDB come from the environment.
type Toolchain struct {
	Version  string // "1.26.8"
	Platform string // "linux/amd64"
	Sum      string // "h1:…", what a lock says its checksum is; it takes the checksum database's place
}

// Rootfs writes to Out what a program expects of a root file system and an
// empty image lacks: CA certificates, time zones, /etc/passwd, /etc/group,
// and /tmp.
type Rootfs struct {
	Epoch int64 // modification time of all files, in seconds since 1970
}

// Go runs a command of the go command and shows its progress. When it fails,
// the positions it printed go to Report as a Failure. Times below Out are
// set to Epoch.
type Go struct {
	Epoch int64
	Start
	Args []string // what follows "go": "build", "-o", …
}

// Start is the objects that a step begins with: those of packs are added to
// Cache, if they have not been before.
type Start struct {
	Packs []string // folders of packs, other steps' Outs
	Seeds []string // folders below Seed; one of them has to hold a pack
}

// Objects has packages compiled by the go command, and leaves the objects of
// all of them, and of what they depend on, in Out as a pack.
type Objects struct {
	Start
	List    string   // file of Source that names the packages, one a line; empty when Args do
	Without string   // folder of a pack whose objects are left out
	Args    []string // what follows "go": "list", "-export", …
}

// Record stands between the go command and Cache, as its GOCACHEPROG, and
// writes to File which objects it asks for.
type Record struct {
	File string
}

// SBOM writes to SBOMFile which modules the executables below Built are made
// of, by their own build information, as an SPDX document.
type SBOM struct {
	Epoch int64  // time of the document, in seconds since 1970
	Image string // what the image is called: "server"
	Base  string // what the image starts from, with its digest if it has one; empty for scratch
}

// Compare holds what is below Built against what is below BuiltAgain, and
// writes the checksums of both to SumsFile. Where they differ, it fails.
type Compare struct{}

// Skeleton copies to SkeletonDir the modules of Source as far as it matters
// for what they require: go.mod, go.sum, go.work, and in the place of each
// package, and of its tests, one that imports what it imports.
type Skeleton struct{}

// Tidy holds go.mod and go.sum of modules against what `go mod tidy` makes of
// them. A skeleton is mounted at Source, and may be written to.
type Tidy struct {
	Fix     bool     // what it makes of them goes to Out, and is no failure
	Modules []string // their folders: ".", "api"
}

// Verify downloads the modules that others require, and holds them against
// the checksums in go.sum. VersionsDir is mounted at Source.
type Verify struct {
	Modules []string // folders of those that require: ".", "api"
}

// Vendor holds the vendor folder of Source against what the go command makes
// of the skeleton around it.
type Vendor struct {
	Fix  bool // what it makes goes to Out, and nothing is compared
	Work bool // the folder is that of a workspace
}

// Test runs tests and shows what fails.
type Test struct {
	Report bool     // reports go to Out: TestEvents, TestJUnit and TestCover
	Keep   bool     // tests that fail are no failure of the step
	Args   []string // what follows "go test"
}

// Binaries copies to Out the executables below Built, without their folders,
// and lists their checksums in SumsFile.
type Binaries struct {
	Epoch int64 // modification time of all files, in seconds since 1970
}

func (*Scan) verb() string      { return "scan" }
func (*Closure) verb() string   { return "closure" }
func (*Modules) verb() string   { return "modules" }
func (*Toolchain) verb() string { return "toolchain" }
func (*Rootfs) verb() string    { return "rootfs" }
func (*Go) verb() string        { return "go" }
func (*Objects) verb() string   { return "objects" }
func (*Record) verb() string    { return "record" }
func (*SBOM) verb() string      { return "sbom" }
func (*Compare) verb() string   { return "compare" }
func (*Binaries) verb() string  { return "binaries" }
func (*Skeleton) verb() string  { return "skeleton" }
func (*Tidy) verb() string      { return "tidy" }
func (*Verify) verb() string    { return "verify" }
func (*Test) verb() string      { return "test" }
func (*Vendor) verb() string    { return "vendor" }

func (v *Scan) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Tags), "tags", "build tags")
	fs.Var((*list)(&v.Platforms), "platforms", "platforms to scan for")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
	fs.BoolVar(&v.Cgo, "cgo", v.Cgo, "count files that import C")
	fs.Var((*list)(&v.Needs), "needs", "kinds of notes to make beside the usual ones")
}

func (v *Closure) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Tags), "tags", "build tags")
	fs.Var((*list)(&v.Platforms), "platforms", "platforms the packages are built for")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
	fs.BoolVar(&v.Cgo, "cgo", v.Cgo, "cgo is on")
	fs.StringVar(&v.PGO, "pgo", v.PGO, "profile to optimise by")
	fs.BoolVar(&v.Tests, "tests", v.Tests, "take tests")
	fs.BoolVar(&v.Data, "data", v.Data, "take testdata")
	fs.Var((*list)(&v.Files), "files", "files to take")
	fs.BoolVar(&v.Asked, "asked", v.Asked, "take what modules ask for")
}

func (v *Modules) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&v.Platforms), "platforms", "settings of each platform")
	fs.StringVar(&v.Go, "go", v.Go, "Go version")
}

func (v *Toolchain) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Version, "version", v.Version, "Go version")
	fs.StringVar(&v.Platform, "platform", v.Platform, "platform it runs on")
	fs.StringVar(&v.Sum, "sum", v.Sum, "checksum of the module")
}

func (v *Rootfs) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

func (v *Go) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
	v.Start.flags(fs)
}

func (s *Start) flags(fs *flag.FlagSet) {
	fs.Var((*list)(&s.Packs), "packs", "packs to begin with")
	fs.Var((*list)(&s.Seeds), "seeds", "folders of which one has a pack to begin with")
}

func (v *Objects) flags(fs *flag.FlagSet) {
	v.Start.flags(fs)
	fs.StringVar(&v.List, "list", v.List, "file that names the packages")
	fs.StringVar(&v.Without, "without", v.Without, "pack whose objects are left out")
}

func (v *Record) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.File, "file", v.File, "file to write to")
}

func (v *SBOM) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "time of the document")
	fs.StringVar(&v.Image, "image", v.Image, "name of the image")
	fs.StringVar(&v.Base, "base", v.Base, "base image")
}

func (*Compare) flags(*flag.FlagSet) {}

func (v *Binaries) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

func (*Skeleton) flags(*flag.FlagSet) {}

func (v *Tidy) flags(fs *flag.FlagSet) {
	fs.BoolVar(&v.Fix, "fix", v.Fix, "leave what it makes of them")
}

func (*Verify) flags(*flag.FlagSet) {}

func (v *Vendor) flags(fs *flag.FlagSet) {
	fs.BoolVar(&v.Fix, "fix", v.Fix, "leave what the go command makes")
	fs.BoolVar(&v.Work, "work", v.Work, "in a workspace")
}

func (v *Test) flags(fs *flag.FlagSet) {
	fs.BoolVar(&v.Report, "report", v.Report, "leave reports")
	fs.BoolVar(&v.Keep, "keep", v.Keep, "do not fail")
}

func (v *Scan) rest() *[]string    { return &v.Files }
func (v *Closure) rest() *[]string { return &v.Mains }
func (v *Modules) rest() *[]string { return &v.Flags }
func (*Toolchain) rest() *[]string { return nil }
func (*Rootfs) rest() *[]string    { return nil }
func (v *Go) rest() *[]string      { return &v.Args }
func (v *Objects) rest() *[]string { return &v.Args }
func (*Record) rest() *[]string    { return nil }
func (*SBOM) rest() *[]string      { return nil }
func (*Compare) rest() *[]string   { return nil }
func (*Binaries) rest() *[]string  { return nil }
func (*Skeleton) rest() *[]string  { return nil }
func (v *Tidy) rest() *[]string    { return &v.Modules }
func (v *Verify) rest() *[]string  { return &v.Modules }
func (v *Test) rest() *[]string    { return &v.Args }
func (*Vendor) rest() *[]string    { return nil }

// list is a flag of comma-separated words.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Get() any { return []string(*l) }

func (l *list) Set(s string) error {
	if s != "" {
		*l = strings.Split(s, ",")
	}
	return nil
}

// Command is the command line that runs v: Binary, the verb, the flags that
// are set, and what follows "--". Words of a list hold no comma.
func Command(v Verb) []string {
	fs := flag.NewFlagSet(v.verb(), flag.ContinueOnError)
	v.flags(fs)
	args := []string{Binary, v.verb()}
	fs.VisitAll(func(f *flag.Flag) {
		if !isZero(f.Value) {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	if rest := v.rest(); rest != nil && len(*rest) > 0 {
		args = append(args, "--")
		args = append(args, *rest...)
	}
	return args
}

// isZero reports whether a flag has the value that Parse gives to one that
// is not on the command line.
func isZero(v flag.Value) bool {
	switch x := v.(flag.Getter).Get().(type) {
	case string:
		return x == ""
	case bool:
		return !x
	case int64:
		return x == 0
	case []string:
		return len(x) == 0
	}
	return false
}

// Parse reads a command line that Command wrote, without its Binary.
func Parse(args []string) (Verb, error) {
	if len(args) == 0 {
		return nil, errors.New("no verb")
	}
	for _, v := range []Verb{&Scan{}, &Closure{}, &Modules{}, &Toolchain{}, &Rootfs{}, &Go{}, &Objects{}, &Record{}, &SBOM{}, &Compare{}, &Binaries{}, &Skeleton{}, &Tidy{}, &Verify{}, &Vendor{}, &Test{}} {
		if v.verb() == args[0] {
			return v, parse(v, args[1:])
		}
	}
	return nil, fmt.Errorf("unknown verb %q", args[0])
}

func parse(v Verb, args []string) error {
	fs := flag.NewFlagSet(v.verb(), flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	v.flags(fs)
	if err := fs.Parse(args); err != nil {
		return fmt.Errorf("%s: %w", v.verb(), err)
	}
	switch rest := v.rest(); {
	case rest != nil && fs.NArg() > 0:
		*rest = fs.Args()
	case rest != nil:
	case fs.NArg() > 0:
		return fmt.Errorf("%s: unexpected argument %q", v.verb(), fs.Arg(0))
	}
	return nil
}
