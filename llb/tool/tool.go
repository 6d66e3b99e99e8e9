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
	Binary    = "/.gohull/tool"   // the frontend's binary, mounted read-only
	Source    = "/src"            // the build context, read-only
	Out       = "/out"            // the step's output, written from scratch
	Report    = "/.gohull/report" // folder that takes ReportFile when a step fails
	Goroot    = "/usr/local/go"   // where official images have Go, and where module toolchains are mounted
	ModCache  = "/go/pkg/mod"     // GOMODCACHE
	Cache     = "/.gohull/cache"  // GOCACHE
	Temp      = "/.gohull/tmp"    // GOTMPDIR and TMPDIR; the tool makes it
	FactsFile = "facts.json"      // what scan leaves in Out
	// ClosureDir is the folder of Out that takes a closure.
	ClosureDir = "src"
	// ImportsFile is where closure leaves in Out the import paths that come
	// from outside of the context, sorted, one a line.
	ImportsFile = "imports.txt"
	// ReportFile is what a failed step leaves in Report: a Failure as JSON.
	ReportFile = "failure.json"
)

// Secrets that a step may be given, by id; each is mounted at SecretPath(id)
// and never required.
const (
	SecretCA    = "ca"    // PEM certificates that are trusted beside the usual ones
	SecretNetrc = "netrc" // credentials for module proxies and hosts
)

// Secret is a secret that users may pass with --secret.
type Secret struct {
	ID, Meaning string
}

// Secrets lists the secrets, by id.
func Secrets() []Secret {
	return []Secret{
		{SecretCA, "PEM certificates that steps with network trust beside the usual ones, as a company's proxy needs; they never reach the image"},
		{SecretNetrc, "credentials for module proxies and for the hosts of modules, in the form of a `.netrc` file"},
	}
}

// SecretPath is where a step finds a secret.
func SecretPath(id string) string { return "/run/secrets/" + id }

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
// built from, with plain modes and fixed times, and writes ImportsFile.
type Closure struct {
	Tags      []string // build tags, sorted
	Platforms []string // "linux/arm64", each one the packages are built for
	Go        string   // "1.26.8"; without it, files for any Go version are taken
	Cgo       bool     // cgo is on
	PGO       string   // "auto", "off" or a profile in the context, as the go command's flag
	Mains     []string // folders of the context: "cmd/api", "."
}

// Toolchain fetches a Go toolchain through GOPROXY, verifies it and unpacks
// it as a GOROOT to Out. GOPROXY, GONOPROXY, GOPRIVATE, GOSUMDB and GONOSUMDB
// come from the environment.
type Toolchain struct {
	Version  string // "1.26.8"
	Platform string // "linux/amd64"
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
	Args  []string // what follows "go": "build", "-o", …
}

func (*Scan) verb() string      { return "scan" }
func (*Closure) verb() string   { return "closure" }
func (*Toolchain) verb() string { return "toolchain" }
func (*Rootfs) verb() string    { return "rootfs" }
func (*Go) verb() string        { return "go" }

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
}

func (v *Toolchain) flags(fs *flag.FlagSet) {
	fs.StringVar(&v.Version, "version", v.Version, "Go version")
	fs.StringVar(&v.Platform, "platform", v.Platform, "platform it runs on")
}

func (v *Rootfs) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

func (v *Go) flags(fs *flag.FlagSet) {
	fs.Int64Var(&v.Epoch, "epoch", v.Epoch, "modification time")
}

func (v *Scan) rest() *[]string    { return &v.Files }
func (v *Closure) rest() *[]string { return &v.Mains }
func (*Toolchain) rest() *[]string { return nil }
func (*Rootfs) rest() *[]string    { return nil }
func (v *Go) rest() *[]string      { return &v.Args }

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
	for _, v := range []Verb{&Scan{}, &Closure{}, &Toolchain{}, &Rootfs{}, &Go{}} {
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
